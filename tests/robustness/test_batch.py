"""A job that everything happens to: afterwards every photo is there once, whole, and the journal says the same."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo

from ..commands.conftest import environment
from ..waiting import LIMIT
from .conftest import Forks, complaints, forking, regular_files

pytestmark = [pytest.mark.usefixtures("bright"), pytest.mark.skipif(os.name == "nt", reason="signals are Unix's")]

PRELUDE = "from uegan_cli.enhancement import enhancer; from uegan_cli.jobs import local_engine, scan"
BATCH = ("batch", "src", "dst", "-s", "bright")


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    with forking(PRELUDE) as process:
        yield process


@pytest.fixture
def forks(folder: Path, server: subprocess.Popen[str]) -> Forks:
    return Forks(server, folder)


def fill(folder: Path, count: int, first: int = 0, side: int = 48) -> None:
    """Photos in `src`, some of them below it, no two alike."""
    for number in range(first, first + count):
        path = folder / "src" / f"{number % 7}" / f"{number:04}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(60, 180, (side, side, 3), np.uint8)
        Image.fromarray(noise).save(path, quality=90)


def identities(folder: Path) -> dict[str, int]:
    """Every result, by the number of its file: another one, and it was made anew."""
    paths = [path for path in (folder / "dst").rglob("*.jpg") if path.is_file()]
    return {str(path.relative_to(folder / "dst")): path.stat().st_ino for path in paths}


def assert_all_done_once(folder: Path) -> None:
    """Each photo has one whole result; nothing else is there; the journal says so."""
    sources = {str(path.relative_to(folder / "src")) for path in (folder / "src").rglob("*.jpg")}
    results = regular_files(folder / "dst")
    private = {name for name in results if name.startswith(".uegan/")}
    assert {name.removeprefix(".uegan/") for name in private} <= {
        "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "lock",
    }  # fmt: skip
    assert set(results) - private == sources
    for name in sources:
        mark = read_mark(folder / "dst" / name)
        assert mark is not None and mark.style == "bright"
        read_photo(folder / "dst" / name)
    assert journal(folder) == dict.fromkeys(sources, "done")


def journal(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder / "dst/.uegan/journal.sqlite") as connection:
        scan = connection.execute("SELECT value FROM facts WHERE name = 'scan'").fetchone()[0]
        rows = connection.execute("SELECT relative, status FROM photos WHERE scan = ?", (scan,)).fetchall()
    connection.close()
    return {relative.decode(): status for relative, status in rows}


def begun_in_vain(folder: Path) -> dict[str, int]:
    """How often the photos were begun on which the program has ended."""
    with sqlite3.connect(folder / "dst/.uegan/journal.sqlite") as connection:
        rows = connection.execute("SELECT relative, tries FROM photos WHERE tries").fetchall()
    connection.close()
    return {relative.decode(): tries for relative, tries in rows}


def killed_again_and_again(forks: Forks, kills: int, whole: float, seed: int) -> None:
    """kill -9 at random moments; what was once done stays what it is."""
    chance = random.Random(seed)
    known: dict[str, int] = {}
    for _ in range(kills):
        delay = chance.uniform(0, whole)
        code, err = forks.run(*BATCH, "-j", "2", signum=signal.SIGKILL, delay=delay)
        assert code in (0, -signal.SIGKILL), err
        now = identities(forks.folder)
        assert {name: now.get(name) for name in known} == known, "made twice"
        for name in now:
            read_photo(forks.folder / "dst" / name)
        known = now
    assert forks.run(*BATCH)[0] == 0
    now = identities(forks.folder)
    assert {name: now[name] for name in known} == known, "made twice"
    assert_all_done_once(forks.folder)


def test_killed_at_random_moments_every_photo_is_done_exactly_once(forks: Forks) -> None:
    fill(forks.folder, 40)
    killed_again_and_again(forks, kills=6, whole=1.2, seed=1)


@pytest.mark.slow
def test_killed_twenty_times_over_two_hundred_photos(forks: Forks) -> None:
    fill(forks.folder, 200)
    killed_again_and_again(forks, kills=20, whole=2.5, seed=2)


@pytest.mark.slow
def test_two_thousand_photos_survive_the_worst(forks: Forks) -> None:
    """Kills, and between them a damaged journal, a lost result, photos that come, go and change."""
    fill(forks.folder, 2000)
    chance = random.Random(3)
    for number in range(20):
        code, err = forks.run(*BATCH, "-j", "2", signum=signal.SIGKILL, delay=chance.uniform(0.5, 8))
        assert code in (0, -signal.SIGKILL), err
        results = sorted((forks.folder / "dst").rglob("*.jpg"))
        photos = sorted((forks.folder / "src").rglob("*.jpg"))
        kind = number % 4
        if kind == 0 and results:
            chance.choice(results).unlink()
        elif kind == 1:
            spoil(forks.folder / "dst/.uegan/journal.sqlite", chance)
        elif kind == 2:
            fill(forks.folder, 1, first=3000 + number)
            gone = chance.choice(photos)
            gone.unlink()
            (forks.folder / "dst" / gone.relative_to(forks.folder / "src")).unlink(missing_ok=True)
        else:
            changed = chance.choice(photos)
            Image.fromarray(np.full((50, 50, 3), 99, np.uint8)).save(changed)
    code, err = forks.run(*BATCH, limit=10 * LIMIT)
    assert code == 0, err
    assert_all_done_once(forks.folder)


def spoil(file: Path, chance: random.Random) -> None:
    data = file.read_bytes()
    file.write_bytes(chance.choice([b"", data[: len(data) // 2], b"no data base" * 999, data[:100] + b"\0" * 900]))


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "other", "overwritten"])
def test_a_damaged_journal_is_made_anew_from_the_results_and_nothing_is_made_twice(forks: Forks, damage: str) -> None:
    fill(forks.folder, 12)
    assert forks.run(*BATCH)[0] == 0
    before, file = identities(forks.folder), forks.folder / "dst/.uegan/journal.sqlite"
    data = file.read_bytes()
    spoilt = {
        "empty": b"",
        "cut": data[: len(data) // 2],
        "other": b"this was never a data base " * 200,
        "overwritten": data[:4096] + os.urandom(len(data) - 4096),
    }
    file.write_bytes(spoilt[damage]) if damage != "gone" else file.unlink()
    code, err = forks.run(*BATCH)
    assert code == 0, err
    assert identities(forks.folder) == before
    assert_all_done_once(forks.folder)
    assert "12 done before" in err


def test_two_jobs_on_one_destination_do_not_mix(forks: Forks) -> None:
    fill(forks.folder, 6)
    (forks.folder / "dst/.uegan").mkdir(parents=True)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(forks.folder / "dst/.uegan/lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None and holder.stdout.readline()
        code, err = forks.run(*BATCH)
        assert code == 7 and complaints(err) == ["dst: another uegan is working on it; wait, or choose another DST"]
        assert not identities(forks.folder)
        holder.kill()
    assert forks.run(*BATCH)[0] == 0
    (forks.folder / "other").mkdir()
    (forks.folder / "other" / "0001.jpg").write_bytes((forks.folder / "src/1/0001.jpg").read_bytes())
    before = identities(forks.folder)
    code, err = forks.run("batch", "other", "dst", "-s", "bright")
    assert code == 2 and "holds the results of" in err
    assert identities(forks.folder) == before


HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_full_disk_stops_the_job_and_the_same_command_goes_on_when_there_is_room(forks: Forks, mounted) -> None:
    disk = mounted("size=600k")
    fill(forks.folder, 30, side=96)
    command = ("batch", "src", str(disk), "-s", "bright")
    code, err = forks.run(*command)
    assert code == 7, err
    assert len(complaints(err)) == 1 and "full" in complaints(err)[0]
    done = [path for path in disk.rglob("*.jpg")]
    assert 0 < len(done) < 30
    for path in done:
        read_photo(path)
    assert not list(disk.rglob("*.tmp"))
    numbers = {path: path.stat().st_ino for path in done}
    subprocess.run(["mount", "-o", "remount,size=10m", str(disk)], check=True)
    code, err = forks.run(*command)
    assert code == 0, err
    assert len(list(disk.rglob("*.jpg"))) == 30
    assert {path: path.stat().st_ino for path in done} == numbers, "made twice"


def test_a_clock_that_is_set_back_changes_nothing(forks: Forks) -> None:
    fill(forks.folder, 6)
    assert forks.run(*BATCH)[0] == 0
    before = identities(forks.folder)
    future = time.time() + 10**7
    for path in (forks.folder / "dst").rglob("*"):
        os.utime(path, (future, future))
    code, err = forks.run(*BATCH)
    assert code == 0 and "6 done before" in err
    assert identities(forks.folder) == before


def test_terminated_it_finishes_the_photos_in_hand_and_goes_on_later(forks: Forks) -> None:
    fill(forks.folder, 30)
    code, err = forks.run(*BATCH, "-j", "2", signum=signal.SIGTERM, after="Enhancing", delay=0.4)
    assert code in (0, 143), err
    assert "Traceback" not in err
    before = identities(forks.folder)
    assert not list((forks.folder / "dst").rglob("*.tmp"))
    assert forks.run(*BATCH)[0] == 0
    assert {name: identities(forks.folder)[name] for name in before} == before
    assert_all_done_once(forks.folder)


CRASH = """
import os
from uegan_cli.jobs import pipeline
read = pipeline.read_photo
def dangerous(path, **options):
    if "dangerous" in str(path):
        os.kill(os.getpid(), 9)
    return read(path, **options)
pipeline.read_photo = dangerous
"""


def test_a_photo_that_the_program_breaks_down_on_is_found_out_and_the_others_are_done(
    folder: Path, tmp_path: Path
) -> None:
    """As a decoder does that is given what its authors did not foresee: there is no exception to catch."""
    fill(folder, 6)
    (folder / "src/3/dangerous.jpg").write_bytes((folder / "src/3/0003.jpg").read_bytes())
    launcher = tmp_path / "launch.py"
    launcher.write_text(
        CRASH + "\nimport sys\nif __name__ == '__main__':\n    from uegan_cli.commands.app import main\n"
        "    sys.argv[0] = 'uegan'\n    main()\n"
    )
    codes, tries = [], []
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, str(launcher), *BATCH, "-j", "1"],
            cwd=folder, env=environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        codes.append(done.returncode)
        tries.append(begun_in_vain(folder))
    assert [found.pop("3/dangerous.jpg", 0) for found in tries] == [1, 2, 0, 0]
    # The photo before may be finished and not recorded yet.
    assert all(set(found) <= {"3/0003.jpg"} for found in tries), "what only waited was not begun"
    assert codes[:2] == [-9, -9] and codes[2] == 1, (codes, done.stderr)
    assert codes[3] == 1 and "1 failed" in done.stderr
    assert len(identities(folder)) == 6
    assert journal(folder)["3/dangerous.jpg"] == "failed"
