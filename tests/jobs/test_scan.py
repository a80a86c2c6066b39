"""What has to be done with each file of a tree, in view of journal and destination."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.jobs.conftest import run_batch, statuses
from uegan_cli.errors import UsageError
from uegan_cli.jobs.batch import BatchJob
from uegan_cli.jobs.journal import Journal, open_journal
from uegan_cli.jobs.pipeline import WriteOptions
from uegan_cli.jobs.scan import rescan, scan
from uegan_cli.jobs.storage import LocalFolder


def test_a_format_changes_the_outputs_and_two_photos_with_one_output_are_refused(
    job: BatchJob, journal: Journal, source: Path
) -> None:
    job = replace(job, write_options=WriteOptions(format="TIFF"))
    scan(job, journal)
    assert {row.relative: row.output for row in journal.rows()} == {"a.jpg": "a.tif", "b/c.png": "b/c.tif"}
    shutil.copy(source / "a.jpg", source / "a.png")
    with pytest.raises(UsageError, match="a.jpg and a.png would both be written to a.tif"):
        scan(job, journal)
    scan(replace(job, exclude=("*.png",)), journal)


def test_a_raw_with_a_jpeg_of_the_same_name_is_left_out(job: BatchJob, journal: Journal, source: Path) -> None:
    (source / "a.NEF").write_bytes(b"raw")
    (source / "alone.nef").write_bytes(b"raw")
    scan(job, journal)
    assert {row.relative: row.output for row in journal.rows()} == {
        "a.jpg": "a.jpg", "alone.nef": "alone.jpg", "b/c.png": "b/c.png",
    }  # fmt: skip


def test_hidden_files_and_a_destination_inside_the_source_are_left_out(
    job: BatchJob, journal: Journal, source: Path
) -> None:
    for name in (".hidden.jpg", ".folder/a.jpg", "out/a.jpg"):
        (source / name).parent.mkdir(exist_ok=True)
        shutil.copy(source / "a.jpg", source / name)
    scan(replace(job, destination=LocalFolder(source / "out")), journal)
    assert list(statuses(journal)) == ["a.jpg", "b/c.png"]


def test_include_and_exclude_match_names_and_paths(job: BatchJob, journal: Journal) -> None:
    scan(replace(job, include=("b/*",)), journal)
    assert list(statuses(journal)) == ["b/c.png"]
    scan(replace(job, exclude=("*.png",)), journal)
    assert list(statuses(journal)) == ["a.jpg"]


def test_a_rescan_looks_only_at_the_named_files(job: BatchJob, journal: Journal, source: Path) -> None:
    run_batch(job, journal)
    shutil.copy(source / "a.jpg", source / "new.jpg")
    shutil.copy(source / "a.jpg", source / "other.jpg")
    rescan(job, journal, ["new.jpg", "gone.jpg", "notes.txt"])
    assert statuses(journal) == {"a.jpg": "done", "b/c.png": "done", "new.jpg": "todo"}


def test_what_is_done_is_not_done_again(job: BatchJob, journal: Journal) -> None:
    run_batch(job, journal)
    assert run_batch(job, journal) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"strength": 0.5},
        {"write_options": WriteOptions(quality=50)},
        {"write_options": WriteOptions(metadata="none")},
        {"write_options": WriteOptions(preserve=True)},
        {"style_hash": "another"},
    ],
)
def test_other_options_or_another_style_process_all_photos_again(job: BatchJob, journal: Journal, change: dict) -> None:
    run_batch(job, journal)
    assert run_batch(replace(job, **change), journal) == {"a.jpg": "done", "b/c.png": "done"}


def test_a_photo_that_has_changed_is_processed_again(job: BatchJob, journal: Journal, source: Path) -> None:
    run_batch(job, journal)
    os.utime(source / "a.jpg", ns=(5, 5))
    assert run_batch(job, journal) == {"a.jpg": "done"}


def test_a_photo_whose_result_was_deleted_is_processed_again(job: BatchJob, journal: Journal, tmp_path: Path) -> None:
    run_batch(job, journal)
    (tmp_path / "dst" / "a.jpg").unlink()
    assert run_batch(job, journal) == {"a.jpg": "done"}


def test_with_checksums_a_new_date_is_no_change_and_new_content_under_the_old_date_is(
    job: BatchJob, journal: Journal, source: Path
) -> None:
    job = replace(job, checksum=True)
    run_batch(job, journal)
    os.utime(source / "a.jpg", ns=(5, 5))
    assert run_batch(job, journal) == {}
    old = (source / "b/c.png").stat()
    Image.fromarray(np.zeros((40, 50, 3), np.uint8)).save(source / "b/c.png")
    os.utime(source / "b/c.png", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert run_batch(job, journal) == {"b/c.png": "done"}


def test_switching_to_checksums_processes_nothing_again(job: BatchJob, journal: Journal) -> None:
    run_batch(job, journal)
    assert run_batch(replace(job, checksum=True), journal) == {}
    assert run_batch(job, journal) == {}


def test_a_failed_photo_is_processed_again_if_it_changes_or_on_request(
    job: BatchJob, journal: Journal, source: Path
) -> None:
    (source / "bad.jpg").write_bytes(b"not a photo")
    assert run_batch(job, journal)["bad.jpg"] == "failed"
    assert run_batch(job, journal) == {}
    row = journal.get("bad.jpg")
    assert row is not None and row.reason is not None and "bad.jpg: not a photo" in row.reason
    assert run_batch(job, journal, retry_failed=True) == {"bad.jpg": "failed"}
    shutil.copy(source / "a.jpg", source / "bad.jpg")
    assert run_batch(job, journal) == {"bad.jpg": "done"}


def test_a_lost_journal_is_rebuilt_from_the_marks_in_the_results(
    job: BatchJob, journal: Journal, tmp_path: Path
) -> None:
    run_batch(job, journal)
    before = {path: path.stat().st_ino for path in (tmp_path / "dst").rglob("*.*")}
    with open_journal(tmp_path / "another.sqlite") as (new, _):
        assert run_batch(job, new) == {}
        assert statuses(new) == {"a.jpg": "done", "b/c.png": "done"}
        assert run_batch(replace(job, strength=0.5), new) == {"a.jpg": "done", "b/c.png": "done"}
    assert all(path.stat().st_ino != number for path, number in before.items() if path.is_file())


def test_a_file_that_another_program_made_is_not_replaced(job: BatchJob, journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "dst").mkdir()
    (tmp_path / "dst" / "a.jpg").write_bytes(b"mine")
    assert run_batch(job, journal) == {"b/c.png": "done"}
    row = journal.get("a.jpg")
    assert row is not None and row.reason is not None and "was not made by this job; --force replaces it" in row.reason
    assert (tmp_path / "dst" / "a.jpg").read_bytes() == b"mine"
    assert run_batch(replace(job, force=True), journal, retry_failed=True) == {"a.jpg": "done"}


def test_copies_at_strength_zero_are_recognised_without_a_mark(job: BatchJob, journal: Journal, tmp_path: Path) -> None:
    job = replace(job, strength=0.0)
    run_batch(job, journal)
    assert (tmp_path / "dst/a.jpg").read_bytes() == (tmp_path / "src/a.jpg").read_bytes()
    with open_journal(tmp_path / "another.sqlite") as (new, _):
        assert run_batch(job, new) == {}
