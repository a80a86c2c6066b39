"""What there is to do, and what is done, of a tree: with a style that takes no time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import bright
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.errors import OutputError, UsageError
from uegan_cli.jobs import pipeline
from uegan_cli.jobs.batch import Done, Job, Worker, look_again, survey, work
from uegan_cli.jobs.journal import Journal, Row, opened
from uegan_cli.jobs.local_engine import Alone, Enhancers, Local
from uegan_cli.jobs.pipeline import Encoding
from uegan_cli.jobs.storage import Folder, Place, place
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.styles.file import Style

__all__ = ["bright"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """`a.jpg`, `b/c.png` and `notes.txt`."""
    folder = tmp_path / "src"
    (folder / "b").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a.jpg", "b/c.png"):
        Image.fromarray(rng.integers(0, 200, (40, 50, 3), np.uint8)).save(folder / name)
    (folder / "notes.txt").write_text("notes")
    return folder


@pytest.fixture
def job(source: Path, tmp_path: Path, bright: Style) -> Job:
    return Job(Folder(source), Folder(tmp_path / "dst"), str(bright.path), bright.hash)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with opened(tmp_path / "journal.sqlite") as (journal, _):
        yield journal


def worker(job: Job) -> Worker:
    made: Future[Enhancer] = Future()
    made.set_result(Enhancer(job.style, device="cpu", strength=job.strength))
    return Worker(job, made)


def done(job: Job, journal: Journal, retry: bool = False) -> dict[str, str]:
    """What was done now, by name."""
    survey(job, journal, retry)
    engine = Local(job, "cpu", 2, lambda _: None)
    return {result.row.relative: result.row.status for result in work(journal, engine, Alone(job, "cpu", 1))}


def statuses(journal: Journal) -> dict[str, str]:
    return {row.relative: row.status for row in journal.rows()}


def test_a_tree_is_mirrored(job: Job, journal: Journal, tmp_path: Path) -> None:
    assert done(job, journal) == {"a.jpg": "done", "b/c.png": "done"}
    made = [path.relative_to(tmp_path / "dst").as_posix() for path in (tmp_path / "dst").rglob("*") if path.is_file()]
    assert sorted(made) == ["a.jpg", "b/c.png"]
    before, after = (read_photo(tmp_path / side / "b/c.png").pixels.astype(int) for side in ("src", "dst"))
    assert np.abs(after - before - 25.5).max() <= 1


def test_what_is_done_is_not_done_again(job: Job, journal: Journal) -> None:
    done(job, journal)
    assert done(job, journal) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"strength": 0.5},
        {"encoding": Encoding(quality=50)},
        {"encoding": Encoding(metadata="none")},
        {"encoding": Encoding(preserve=True)},
        {"style_hash": "another"},
    ],
)
def test_other_options_or_another_style_are_other_work(job: Job, journal: Journal, change: dict) -> None:
    done(job, journal)
    assert done(replace(job, **change), journal) == {"a.jpg": "done", "b/c.png": "done"}


def test_a_photo_that_has_changed_is_done_again(job: Job, journal: Journal, source: Path) -> None:
    done(job, journal)
    os.utime(source / "a.jpg", ns=(5, 5))
    assert done(job, journal) == {"a.jpg": "done"}


def test_a_result_that_was_deleted_is_made_again(job: Job, journal: Journal, tmp_path: Path) -> None:
    done(job, journal)
    (tmp_path / "dst" / "a.jpg").unlink()
    assert done(job, journal) == {"a.jpg": "done"}


def test_by_checksum_a_new_date_is_no_change_and_new_content_under_the_old_date_is(
    job: Job, journal: Journal, source: Path
) -> None:
    job = replace(job, checksum=True)
    done(job, journal)
    os.utime(source / "a.jpg", ns=(5, 5))
    assert done(job, journal) == {}
    old = (source / "b/c.png").stat()
    Image.fromarray(np.zeros((40, 50, 3), np.uint8)).save(source / "b/c.png")
    os.utime(source / "b/c.png", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert done(job, journal) == {"b/c.png": "done"}


def test_going_over_to_checksums_does_nothing_anew(job: Job, journal: Journal) -> None:
    done(job, journal)
    assert done(replace(job, checksum=True), journal) == {}
    assert done(job, journal) == {}


def test_a_photo_that_failed_is_tried_again_when_it_changes_or_when_that_is_asked_for(
    job: Job, journal: Journal, source: Path
) -> None:
    (source / "bad.jpg").write_bytes(b"not a photo")
    assert done(job, journal)["bad.jpg"] == "failed"
    assert done(job, journal) == {}
    row = journal.get("bad.jpg")
    assert row is not None and row.reason is not None and "bad.jpg: not a photo" in row.reason
    assert done(job, journal, retry=True) == {"bad.jpg": "failed"}
    shutil.copy(source / "a.jpg", source / "bad.jpg")
    assert done(job, journal) == {"bad.jpg": "done"}


def test_a_lost_journal_is_made_again_from_what_the_results_say(job: Job, journal: Journal, tmp_path: Path) -> None:
    done(job, journal)
    before = {path: path.stat().st_ino for path in (tmp_path / "dst").rglob("*.*")}
    with opened(tmp_path / "another.sqlite") as (new, _):
        assert done(job, new) == {}
        assert statuses(new) == {"a.jpg": "done", "b/c.png": "done"}
        assert done(replace(job, strength=0.5), new) == {"a.jpg": "done", "b/c.png": "done"}
    assert all(path.stat().st_ino != number for path, number in before.items() if path.is_file())


def test_a_file_of_somebody_elses_is_not_replaced(job: Job, journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "dst").mkdir()
    (tmp_path / "dst" / "a.jpg").write_bytes(b"mine")
    assert done(job, journal) == {"b/c.png": "done"}
    row = journal.get("a.jpg")
    assert row is not None and row.reason is not None and "is not of this job; --force replaces it" in row.reason
    assert (tmp_path / "dst" / "a.jpg").read_bytes() == b"mine"
    assert done(replace(job, force=True), journal, retry=True) == {"a.jpg": "done"}


def test_results_of_uegan_are_not_enhanced_once_more(job: Job, journal: Journal, source: Path, tmp_path: Path) -> None:
    done(job, journal)
    shutil.copy(tmp_path / "dst/a.jpg", source / "enhanced.jpg")
    assert done(job, journal) == {"enhanced.jpg": "skipped"}
    assert not (tmp_path / "dst/enhanced.jpg").exists()
    assert done(replace(job, copy_others=True), journal)["enhanced.jpg"] == "skipped"
    assert (tmp_path / "dst/enhanced.jpg").read_bytes() == (source / "enhanced.jpg").read_bytes()
    assert done(replace(job, copy_others=True), journal) == {}


def test_other_files_are_copied_on_request_with_their_times(
    job: Job, journal: Journal, source: Path, tmp_path: Path
) -> None:
    job = replace(job, copy_others=True)
    assert done(job, journal)["notes.txt"] == "done"
    copy = tmp_path / "dst/notes.txt"
    assert copy.read_text() == "notes"
    assert copy.stat().st_mtime_ns == (source / "notes.txt").stat().st_mtime_ns
    with opened(tmp_path / "another.sqlite") as (new, _):
        assert done(job, new) == {}


def test_strength_nought_copies_photos_and_knows_them_again(job: Job, journal: Journal, tmp_path: Path) -> None:
    job = replace(job, strength=0.0)
    done(job, journal)
    assert (tmp_path / "dst/a.jpg").read_bytes() == (tmp_path / "src/a.jpg").read_bytes()
    with opened(tmp_path / "another.sqlite") as (new, _):
        assert done(job, new) == {}


def test_another_format_gives_other_names_and_two_photos_with_one_output_are_refused(
    job: Job, journal: Journal, source: Path
) -> None:
    job = replace(job, encoding=Encoding(format="TIFF"))
    survey(job, journal)
    assert {row.relative: row.output for row in journal.rows()} == {"a.jpg": "a.tif", "b/c.png": "b/c.tif"}
    shutil.copy(source / "a.jpg", source / "a.png")
    with pytest.raises(UsageError, match="a.jpg and a.png would both become a.tif"):
        survey(job, journal)
    survey(replace(job, exclude=("*.png",)), journal)


def test_of_a_raw_and_its_jpeg_the_jpeg_is_taken(job: Job, journal: Journal, source: Path) -> None:
    (source / "a.NEF").write_bytes(b"raw")
    (source / "alone.nef").write_bytes(b"raw")
    survey(job, journal)
    assert {row.relative: row.output for row in journal.rows()} == {
        "a.jpg": "a.jpg", "alone.nef": "alone.jpg", "b/c.png": "b/c.png",
    }  # fmt: skip


def test_hidden_files_and_a_destination_inside_the_source_are_no_photos(
    job: Job, journal: Journal, source: Path
) -> None:
    for name in (".hidden.jpg", ".folder/a.jpg", "out/a.jpg"):
        (source / name).parent.mkdir(exist_ok=True)
        shutil.copy(source / "a.jpg", source / name)
    survey(replace(job, destination=Folder(source / "out")), journal)
    assert list(statuses(journal)) == ["a.jpg", "b/c.png"]


def test_include_and_exclude_go_by_names_and_paths(job: Job, journal: Journal) -> None:
    survey(replace(job, include=("b/*",)), journal)
    assert list(statuses(journal)) == ["b/c.png"]
    survey(replace(job, exclude=("*.png",)), journal)
    assert list(statuses(journal)) == ["a.jpg"]


def test_a_photo_that_changes_while_it_is_worked_on_is_begun_anew(
    job: Job, journal: Journal, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey(job, journal)
    row, reads = journal.get("a.jpg"), []

    def replaced_meanwhile(path: Path, **options: object) -> object:
        photo = read_photo(path, **options)
        reads.append(path)
        if len(reads) == 1:
            Image.fromarray(np.full((30, 30, 3), 10, np.uint8)).save(source / "a.jpg")
        return photo

    monkeypatch.setattr(pipeline, "read_photo", replaced_meanwhile)
    assert row is not None
    result = worker(job).take(row)
    assert result.row.status == "done" and len(reads) == 2
    assert read_photo(tmp_path / "dst/a.jpg").pixels.shape == (30, 30, 3)
    journal.put(result.row)
    assert done(job, journal) == {"b/c.png": "done"}, "it is known as what it has become"


def test_a_photo_that_never_stays_as_it_is_fails(
    job: Job, journal: Journal, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey(job, journal)

    def touched(path: Path, **options: object) -> object:
        os.utime(path, ns=(5, path.stat().st_mtime_ns + 1))
        return read_photo(path, **options)

    monkeypatch.setattr(pipeline, "read_photo", touched)
    row = journal.get("a.jpg")
    assert row is not None
    result = worker(job).take(row)
    assert result.row.status == "failed" and "keeps changing" in str(result.error)


def test_a_photo_that_is_gone_when_its_turn_comes_is_no_failure(job: Job, journal: Journal, source: Path) -> None:
    survey(job, journal)
    (source / "a.jpg").unlink()
    row = journal.get("a.jpg")
    assert row is not None
    assert worker(job).take(row).row.status == "skipped"
    assert done(job, journal) == {"b/c.png": "done"}
    assert list(statuses(journal)) == ["b/c.png"]


def test_only_what_was_named_is_looked_at_again(job: Job, journal: Journal, source: Path) -> None:
    done(job, journal)
    shutil.copy(source / "a.jpg", source / "new.jpg")
    shutil.copy(source / "a.jpg", source / "other.jpg")
    look_again(job, journal, ["new.jpg", "gone.jpg", "notes.txt"])
    assert statuses(journal) == {"a.jpg": "done", "b/c.png": "done", "new.jpg": "todo"}


def test_no_engine_is_started_for_nothing(job: Job, journal: Journal) -> None:
    done(job, journal)

    def engine(rows: object) -> object:
        raise AssertionError("it was started")

    survey(job, journal)
    assert list(work(journal, engine, engine)) == []


def test_a_full_disk_stops_everything_and_is_no_failure_of_a_photo(job: Job, journal: Journal) -> None:
    survey(job, journal)

    def engine(rows: Iterator[Row]) -> Iterator[Done]:
        for row in rows:
            error = OutputError("x.jpg: cannot be written: the disk is full")
            yield Done(replace(row, status="failed"), error=error, disk_is_full=True)

    with pytest.raises(OutputError, match="full"):
        list(work(journal, engine, engine))
    assert set(statuses(journal).values()) == {"todo"}


class Death(BaseException):
    """In the place of an end of the program that nothing catches."""


def begun_in_vain(journal: Journal) -> dict[str, int]:
    return {row.relative: row.tries for row in journal.rows() if row.tries}


def test_a_photo_that_only_waits_is_not_charged_with_the_programs_end(
    job: Job, journal: Journal, source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number in range(5):
        shutil.copy(source / "a.jpg", source / f"{number}.jpg")
    reading: list[str] = []
    charged: list[set[str]] = []

    def observed(path: Path, **options: object) -> object:
        reading.append(path.relative_to(source).as_posix())
        with opened(tmp_path / "journal.sqlite") as (now, _):
            tried = [row.relative for row in now.rows() if row.tries]
        charged.append(set(tried) - set(reading))
        assert reading[-1] in tried
        return read_photo(path, **options)

    monkeypatch.setattr(pipeline, "read_photo", observed)
    survey(job, journal)
    assert len(list(work(journal, Local(job, "cpu", 1, lambda _: None), Alone(job, "cpu", 1)))) == 7
    assert len(reading) == 7 and charged == [set()] * 7


def test_a_row_keeps_its_try_when_the_program_ends_on_it_and_not_when_it_is_stopped(job: Job, journal: Journal) -> None:
    survey(job, journal)

    def engine(rows: Iterator[Row]) -> Iterator[Done]:
        next(rows)
        yield Done(replace(next(rows), status="done"))
        raise ending

    ending: BaseException = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        list(work(journal, engine, engine))
    assert begun_in_vain(journal) == {}
    survey(replace(job, strength=0.5), journal)
    results = work(journal, engine, engine)
    next(results)
    results.close()
    assert begun_in_vain(journal) == {}
    survey(job, journal)
    ending = Death()
    with pytest.raises(Death):
        list(work(journal, engine, engine))
    assert begun_in_vain(journal) == {"a.jpg": 1}


def test_with_workers_elsewhere_no_photo_is_charged_with_the_programs_end(job: Job, journal: Journal) -> None:
    survey(job, journal)

    def engine(rows: Iterator[Row]) -> Iterator[Done]:
        yield Done(replace(next(rows), status="done"))
        next(rows)
        raise Death

    with pytest.raises(Death):
        list(work(journal, engine, None))
    assert begun_in_vain(journal) == {}


def test_photos_are_shared_among_devices(bright: Style, source: Path) -> None:
    used = []

    class Counting(Enhancer):
        def enhance(self, photo):
            used.append(self)
            return super().enhance(photo)

    pair = [Counting(bright, device="cpu") for _ in range(2)]
    enhancers = Enhancers(pair)
    photo = read_photo(source / "a.jpg")
    first = enhancers.enhance(photo)
    assert np.array_equal(first.pixels, pair[1].enhance(photo).pixels)
    assert (enhancers.style, enhancers.strength) == (bright, 1.0)


@pytest.fixture
def memory(source: Path) -> Iterator[tuple[Place, Place]]:
    """The source and a destination, in the memory of this process."""
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.put(str(source), "/src", recursive=True)
    yield place("memory://src"), place("memory://dst")
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def test_a_tree_behind_a_url_gives_the_same_results_as_a_folder(
    job: Job, journal: Journal, memory: tuple[Place, Place], tmp_path: Path
) -> None:
    done(job, journal)
    remote = replace(job, source=memory[0], destination=memory[1])
    with opened(tmp_path / "another.sqlite") as (new, _):
        assert done(remote, new) == {"a.jpg": "done", "b/c.png": "done"}
        assert done(remote, new) == {}
        for name in ("a.jpg", "b/c.png"):
            with memory[1].at_hand(name) as path:
                here = read_photo(tmp_path / "dst" / name)
                assert np.array_equal(read_photo(path).pixels, here.pixels)
                mark, local = read_mark(path), read_mark(tmp_path / "dst" / name)
                assert mark is not None and local is not None and mark.style_hash == local.style_hash
    with opened(tmp_path / "third.sqlite") as (new, _):
        assert done(remote, new) == {}, "the results say what they are"


def test_errors_behind_a_url_name_the_url(job: Job, journal: Journal, memory: tuple[Place, Place]) -> None:
    with memory[0].taking("bad.jpg") as path:
        path.write_bytes(b"nothing")
    remote = replace(job, source=memory[0], destination=memory[1])
    assert done(remote, journal)["bad.jpg"] == "failed"
    row = journal.get("bad.jpg")
    assert row is not None and row.reason == "memory://src/bad.jpg: not a photo; export it as JPEG or PNG"
