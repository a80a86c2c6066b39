from __future__ import annotations

import os
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.jobs.conftest import run_batch, statuses
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.jobs import pipeline
from uegan_cli.jobs.batch import BatchJob
from uegan_cli.jobs.journal import Journal
from uegan_cli.jobs.scan import scan
from uegan_cli.jobs.worker import BatchWorker
from uegan_cli.photo.reading import read_photo


def worker(job: BatchJob) -> BatchWorker:
    enhancer: Future[Enhancer] = Future()
    enhancer.set_result(Enhancer(job.style, device="cpu", strength=job.strength))
    return BatchWorker(job, enhancer)


def test_a_photo_that_changes_while_it_is_processed_is_processed_again(
    job: BatchJob, journal: Journal, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(job, journal)
    row, reads = journal.get("a.jpg"), []

    def replace_after_reading(path: Path, **options: object) -> object:
        photo = read_photo(path, **options)
        reads.append(path)
        if len(reads) == 1:
            Image.fromarray(np.full((30, 30, 3), 10, np.uint8)).save(source / "a.jpg")
        return photo

    monkeypatch.setattr(pipeline, "read_photo", replace_after_reading)
    assert row is not None
    result = worker(job).process(row)
    assert result.row.status == "done" and len(reads) == 2
    assert read_photo(tmp_path / "dst/a.jpg").pixels.shape == (30, 30, 3)
    journal.put(result.row)
    assert run_batch(job, journal) == {"b/c.png": "done"}, "the journal knows its new state"


def test_a_photo_that_keeps_changing_fails(
    job: BatchJob, journal: Journal, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(job, journal)

    def touch_and_read(path: Path, **options: object) -> object:
        os.utime(path, ns=(5, path.stat().st_mtime_ns + 1))
        return read_photo(path, **options)

    monkeypatch.setattr(pipeline, "read_photo", touch_and_read)
    row = journal.get("a.jpg")
    assert row is not None
    result = worker(job).process(row)
    assert result.row.status == "failed" and "keeps changing" in str(result.error)


def test_a_photo_that_was_deleted_after_the_scan_is_skipped(job: BatchJob, journal: Journal, source: Path) -> None:
    scan(job, journal)
    (source / "a.jpg").unlink()
    row = journal.get("a.jpg")
    assert row is not None
    assert worker(job).process(row).row.status == "skipped"
    assert run_batch(job, journal) == {"b/c.png": "done"}
    assert list(statuses(journal)) == ["b/c.png"]
