"""A tree is processed, and processed again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.jobs.conftest import run_batch, statuses
from uegan_cli.errors import OutputError
from uegan_cli.jobs import pipeline
from uegan_cli.jobs.batch import BatchJob, RowResult, process
from uegan_cli.jobs.journal import Journal, JournalRow, open_journal
from uegan_cli.jobs.local_engine import IsolatedEngine, LocalEngine
from uegan_cli.jobs.scan import scan
from uegan_cli.photo.reading import read_photo


def test_a_tree_is_mirrored(job: BatchJob, journal: Journal, tmp_path: Path) -> None:
    assert run_batch(job, journal) == {"a.jpg": "done", "b/c.png": "done"}
    made = [path.relative_to(tmp_path / "dst").as_posix() for path in (tmp_path / "dst").rglob("*") if path.is_file()]
    assert sorted(made) == ["a.jpg", "b/c.png"]
    before, after = (read_photo(tmp_path / side / "b/c.png").pixels.astype(int) for side in ("src", "dst"))
    assert np.abs(after - before - 25.5).max() <= 1


def test_results_of_uegan_are_not_enhanced_again(job: BatchJob, journal: Journal, source: Path, tmp_path: Path) -> None:
    run_batch(job, journal)
    shutil.copy(tmp_path / "dst/a.jpg", source / "enhanced.jpg")
    assert run_batch(job, journal) == {"enhanced.jpg": "skipped"}
    assert not (tmp_path / "dst/enhanced.jpg").exists()
    assert run_batch(replace(job, copy_others=True), journal)["enhanced.jpg"] == "skipped"
    assert (tmp_path / "dst/enhanced.jpg").read_bytes() == (source / "enhanced.jpg").read_bytes()
    assert run_batch(replace(job, copy_others=True), journal) == {}


def test_other_files_are_copied_with_their_times_on_request(
    job: BatchJob, journal: Journal, source: Path, tmp_path: Path
) -> None:
    job = replace(job, copy_others=True)
    assert run_batch(job, journal)["notes.txt"] == "done"
    copy = tmp_path / "dst/notes.txt"
    assert copy.read_text() == "notes"
    assert copy.stat().st_mtime_ns == (source / "notes.txt").stat().st_mtime_ns
    with open_journal(tmp_path / "another.sqlite") as (new, _):
        assert run_batch(job, new) == {}


def test_no_engine_is_started_without_work(job: BatchJob, journal: Journal) -> None:
    run_batch(job, journal)

    def engine(rows: object) -> object:
        raise AssertionError("it was started")

    scan(job, journal)
    assert list(process(journal, engine, engine)) == []


def test_a_full_disk_stops_the_batch_and_fails_no_photo(job: BatchJob, journal: Journal) -> None:
    scan(job, journal)

    def engine(rows: Iterator[JournalRow]) -> Iterator[RowResult]:
        for row in rows:
            error = OutputError("x.jpg: cannot be written: the disk is full")
            yield RowResult(replace(row, status="failed"), error=error, disk_is_full=True)

    with pytest.raises(OutputError, match="full"):
        list(process(journal, engine, engine))
    assert set(statuses(journal).values()) == {"todo"}


class Death(BaseException):
    """Stands in for a crash of the program, which nothing catches."""


def begun_in_vain(journal: Journal) -> dict[str, int]:
    return {row.relative: row.tries for row in journal.rows() if row.tries}


def test_a_photo_that_only_waits_is_not_charged_with_a_crash(
    job: BatchJob, journal: Journal, source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number in range(5):
        shutil.copy(source / "a.jpg", source / f"{number}.jpg")
    reading: list[str] = []
    charged: list[set[str]] = []

    def observed(path: Path, **options: object) -> object:
        reading.append(path.relative_to(source).as_posix())
        with open_journal(tmp_path / "journal.sqlite") as (now, _):
            tried = [row.relative for row in now.rows() if row.tries]
        charged.append(set(tried) - set(reading))
        assert reading[-1] in tried
        return read_photo(path, **options)

    monkeypatch.setattr(pipeline, "read_photo", observed)
    scan(job, journal)
    assert len(list(process(journal, LocalEngine(job, "cpu", 1, lambda _: None), IsolatedEngine(job, "cpu", 1)))) == 7
    assert len(reading) == 7 and charged == [set()] * 7


def test_a_row_keeps_its_try_when_the_program_crashes_not_when_it_is_stopped(job: BatchJob, journal: Journal) -> None:
    scan(job, journal)

    def engine(rows: Iterator[JournalRow]) -> Iterator[RowResult]:
        next(rows)
        yield RowResult(replace(next(rows), status="done"))
        raise ending

    ending: BaseException = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        list(process(journal, engine, engine))
    assert begun_in_vain(journal) == {}
    scan(replace(job, strength=0.5), journal)
    results = process(journal, engine, engine)
    next(results)
    results.close()
    assert begun_in_vain(journal) == {}
    scan(job, journal)
    ending = Death()
    with pytest.raises(Death):
        list(process(journal, engine, engine))
    assert begun_in_vain(journal) == {"a.jpg": 1}


def test_with_workers_elsewhere_no_photo_is_charged_with_a_crash(job: BatchJob, journal: Journal) -> None:
    scan(job, journal)

    def engine(rows: Iterator[JournalRow]) -> Iterator[RowResult]:
        yield RowResult(replace(next(rows), status="done"))
        next(rows)
        raise Death

    with pytest.raises(Death):
        list(process(journal, engine, None))
    assert begun_in_vain(journal) == {}
