"""`uegan batch`: what it says, writes and refuses."""

from __future__ import annotations

import csv
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import Run, environment
from uegan_cli.photo.provenance import read_mark
from uegan_cli.styles.file import Style

pytestmark = pytest.mark.usefixtures("bright")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`src` with `a.jpg`, `sub/b.png` and `bad.jpg`; the test runs beside it."""
    monkeypatch.chdir(tmp_path)
    Path("src/sub").mkdir(parents=True)
    picture = Image.fromarray(np.full((48, 64, 3), 100, np.uint8))
    picture.save("src/a.jpg", quality=90)
    picture.save("src/sub/b.png")
    Path("src/bad.jpg").write_bytes(b"no photo")
    return tmp_path


BATCH = ("batch", "src", "dst", "-s", "bright")


def test_a_tree_is_done_and_what_failed_is_said_once(tree: Path, uegan: Run) -> None:
    outcome = uegan(*BATCH)
    assert outcome.code == 1
    assert "uegan: src/bad.jpg: not a photo; export it as JPEG or PNG" in outcome.err.splitlines()
    assert "2 done, 1 failed" in outcome.err
    assert sorted(path.name for path in Path("dst").rglob("*.*") if ".uegan" not in path.parts) == ["a.jpg", "b.png"]
    again = uegan(*BATCH)
    assert again.code == 1 and "0 done, 2 done before, 1 failed" in again.err
    assert "bad.jpg: not" not in again.err and "--retry-failed" in again.err
    assert "bad.jpg: not a photo" in uegan(*BATCH, "--retry-failed").err


def test_json_tells_of_every_photo_and_sums_up(tree: Path, uegan: Run) -> None:
    *photos, last = uegan(*BATCH, "--json").records
    assert {(record["input"], record["output"], record["status"]) for record in photos} == {
        ("src/a.jpg", "dst/a.jpg", "done"),
        ("src/bad.jpg", "dst/bad.jpg", "failed"),
        ("src/sub/b.png", "dst/sub/b.png", "done"),
    }
    assert last["summary"] == {"todo": 0, "done": 2, "skipped": 0, "failed": 1} and last["new"] == 2


def test_a_dry_run_says_what_would_be_done_and_leaves_no_trace(tree: Path, uegan: Run) -> None:
    outcome = uegan(*BATCH, "--dry-run")
    assert outcome.out.splitlines() == [f"src/{name} -> dst/{name}" for name in ("a.jpg", "bad.jpg", "sub/b.png")]
    assert "3 files would be done" in outcome.err
    assert not Path("dst").exists()
    uegan(*BATCH)
    Path("dst/a.jpg").unlink()
    journal = Path("dst/.uegan/journal.sqlite").read_bytes()
    assert uegan(*BATCH, "--dry-run").out == "src/a.jpg -> dst/a.jpg\n"
    assert Path("dst/.uegan/journal.sqlite").read_bytes() == journal


def test_the_report_is_a_table_or_a_page(tree: Path, uegan: Run) -> None:
    uegan(*BATCH, "--report", "told/report.csv")
    lines = {line["input"]: line for line in csv.DictReader(Path("told/report.csv").read_text().splitlines())}
    assert lines["src/bad.jpg"]["status"] == "failed" and "not a photo" in lines["src/bad.jpg"]["reason"]
    assert lines["src/sub/b.png"]["output"] == "dst/sub/b.png" and float(lines["src/a.jpg"]["seconds"]) > 0
    Path("src/<b>&.jpg").write_bytes(b"no photo")
    uegan(*BATCH, "--report", "report.html")
    page = Path("report.html").read_text()
    assert "&lt;b&gt;&amp;.jpg" in page and "<b>&.jpg" not in page and "not a photo" in page


def test_others_are_copied(tree: Path, uegan: Run) -> None:
    Path("src/sub/movie.mp4").write_bytes(b"film")
    uegan(*BATCH, "--copy-others")
    assert Path("dst/sub/movie.mp4").read_bytes() == b"film"


def test_the_journal_of_a_destination_that_has_moved_goes_on(tree: Path, uegan: Run) -> None:
    uegan(*BATCH)
    Path("src").rename("elsewhere")
    Path("dst").rename("there")
    assert "0 done, 2 done before" in uegan("batch", "elsewhere", "there", "-s", "bright").err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("gone", "dst"), 3, "gone: there is no such folder"),
        (("src", "src"), 2, "are one folder"),
        (("src", "src/a.jpg"), 7, "is no folder"),
        (("src", "dst", "-s", "nope"), 4, "nope"),
        (("src", "dst", "--include", "*.gif"), 3, "no photos here"),
        (("src", "dst", "--report", "r.txt"), 2, ".html or .csv"),
        (("src", "dst", "--watch", "--dry-run"), 2, "choose one"),
        (("src", "dst", "--device", "cuda:7"), 5, "cuda:7"),
        (("nosuch://bucket/x", "dst"), 2, "nosuch"),
        (("memory://x", "dst", "--watch"), 2, "only folders can be watched"),
        (("memory://x", "memory://y", "--engine", "ray"), 2, "one process alone"),
    ],
)
def test_bad_input_gets_one_line(tree: Path, uegan: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    outcome = uegan("batch", *arguments)
    assert outcome.code == code, outcome.err
    assert said in outcome.err.splitlines()[-1]


@pytest.fixture
def watching(tree: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a job that watches; it is ended with the test."""
    started = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "uegan_cli", *BATCH, "--watch", "-v"]
        process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Watching"):
                return process
        raise AssertionError("it ended")

    yield start
    for process in started:
        process.kill()
        process.communicate()


def appears(path: Path, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.exists():
            return True
        time.sleep(0.05)
    return False


def test_photos_that_come_into_a_watched_folder_are_done_when_they_are_whole(
    watching: Callable[[], subprocess.Popen[str]],
) -> None:
    process = watching()
    assert appears(Path("dst/a.jpg")), "what was there before is done, too"
    data = Path("src/a.jpg").read_bytes()
    Path("src/new").mkdir()
    with open("src/new/slow.jpg", "wb") as file:
        for part in range(6):
            file.write(data[part * len(data) // 6 : (part + 1) * len(data) // 6])
            file.flush()
            time.sleep(0.5)
            assert not Path("dst/new/slow.jpg").exists(), "half-written"
    assert appears(Path("dst/new/slow.jpg"))
    shutil.copy("src/a.jpg", "src/new/second.jpg")
    assert appears(Path("dst/new/second.jpg"))
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=30)[1]
    assert process.returncode == 143, err
    assert "Traceback" not in err and "slow.jpg: " not in err
    for name in ("slow", "second"):
        mark = read_mark(f"dst/new/{name}.jpg")
        assert mark is not None and mark.style == "bright"


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an S3 bucket on this machine."""
    server_module = pytest.importorskip("moto.server", reason="needs moto[server], part of the extra `test`")
    pytest.importorskip("s3fs", reason="needs s3fs, part of the extra `test`")
    import boto3

    server = server_module.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="photos")
    yield "s3://photos"
    server.stop()


def test_a_tree_in_a_bucket_is_done_into_a_bucket(tree: Path, bucket: str, in_a_process) -> None:
    import boto3

    client = boto3.client("s3")
    for path in Path("src").rglob("*.*"):
        client.upload_file(str(path), "photos", f"in/{path.relative_to('src').as_posix()}")
    command = ("batch", f"{bucket}/in", f"{bucket}/out", "-s", "bright")
    done = in_a_process(*command)
    assert done.returncode == 1 and b"2 done, 1 failed" in done.stderr, done.stderr
    assert b"s3://photos/in/bad.jpg: not a photo" in done.stderr
    keys = {item["Key"] for item in client.list_objects_v2(Bucket="photos", Prefix="out/")["Contents"]}
    assert keys == {"out/a.jpg", "out/sub/b.png"}
    done = in_a_process(*command)
    assert b"0 done, 2 done before, 1 failed" in done.stderr, done.stderr
    client.download_file("photos", "out/a.jpg", "fetched.jpg")
    mark = read_mark("fetched.jpg")
    assert mark is not None and mark.style == "bright"


def test_a_style_by_its_file(tree: Path, bright: Style, uegan: Run) -> None:
    assert bright.path is not None
    shutil.copy(bright.path, "mine.safetensors")
    assert "2 done" in uegan("batch", "src", "dst", "-s", "mine.safetensors").err
