from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from uegan_cli.errors import OutputError
from uegan_cli.jobs.journal import SCHEMA_VERSION, Journal, JournalRow, copy_in_memory, open_journal

ROW = JournalRow("a/b.jpg", "a/b.jpg", "photo", "work", 100, "7")


def scanned(journal: Journal, *rows: JournalRow) -> None:
    with journal.scanning():
        for row in rows:
            journal.put(row)


def test_rows_are_stored_whatever_their_names(tmp_path: Path) -> None:
    names = ["a.jpg", "ü é.jpg", "new\nline.jpg", b"\xff\xfe.jpg".decode("utf-8", "surrogateescape")]
    rows = [replace(ROW, relative=name, output=name, status="failed", reason="why", seconds=1.5) for name in names]
    with open_journal(tmp_path / "below" / "journal.sqlite") as (journal, damaged):
        scanned(journal, *rows)
        assert not damaged
    with open_journal(tmp_path / "below" / "journal.sqlite") as (journal, damaged):
        assert not damaged
        assert sorted(journal.rows(), key=str) == sorted(rows, key=str)
        assert journal.get("ü é.jpg") == rows[1]
        assert journal.get("gone.jpg") is None


def test_rows_that_the_latest_scan_did_not_see_are_kept_and_not_counted(tmp_path: Path) -> None:
    other = replace(ROW, relative="other.jpg", output="other.jpg", status="done")
    with open_journal(tmp_path / "j") as (journal, _):
        scanned(journal, ROW, other)
        scanned(journal, ROW)
        assert journal.counts() == {"todo": 1, "done": 0, "skipped": 0, "failed": 0}
        assert [row.relative for row in journal.rows()] == ["a/b.jpg"]
        assert journal.get("other.jpg") == other


def test_an_interrupted_scan_is_rolled_back(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j") as (journal, _):
        scanned(journal, ROW)
        with pytest.raises(KeyboardInterrupt), journal.scanning():
            journal.put(replace(ROW, relative="new.jpg", output="new.jpg"))
            raise KeyboardInterrupt
        assert [row.relative for row in journal.rows()] == ["a/b.jpg"]


def test_rows_may_change_during_the_iteration(tmp_path: Path) -> None:
    rows = [replace(ROW, relative=f"{number:04}", output=f"{number:04}") for number in range(1203)]
    with open_journal(tmp_path / "j") as (journal, _):
        scanned(journal, *rows)
        seen = []
        for row in journal.rows("todo"):
            seen.append(row.relative)
            journal.begin(row.relative)
            journal.put(replace(row, status="done"))
        assert seen == [row.relative for row in rows]
        assert journal.counts()["done"] == 1203


def test_tries_without_a_result_are_counted(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j") as (journal, _):
        scanned(journal, ROW)
        journal.begin(ROW.relative)
        journal.begin(ROW.relative)
        row = journal.get(ROW.relative)
        assert row is not None and (row.tries, row.status) == (2, "todo")


def test_two_files_with_one_output_are_a_collision(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j") as (journal, _):
        scanned(journal, replace(ROW, relative="a.png", output="a.jpg"), ROW)
        assert journal.find_collision() is None
        scanned(journal, replace(ROW, relative="a.png", output="a.jpg"), replace(ROW, relative="a.tif", output="a.jpg"))
        assert journal.find_collision() == ("a.png", "a.tif", "a.jpg")
        scanned(journal, replace(ROW, relative="a.tif", output="a.jpg"))
        assert journal.find_collision() is None, "the other file is not part of this scan"


@pytest.mark.parametrize("content", [b"", b"no data base" * 500])
def test_a_file_that_is_no_journal_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "j").write_bytes(content)
    with open_journal(tmp_path / "j") as (journal, damaged):
        scanned(journal, ROW)
        assert damaged == bool(content)
        assert journal.counts()["todo"] == 1


def test_the_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "j") as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = (tmp_path / "j").read_bytes()
    with pytest.raises(OutputError, match="a newer uegan"), open_journal(tmp_path / "j"):
        pass
    assert (tmp_path / "j").read_bytes()[96:] == before[96:]


def test_a_copy_in_memory_has_the_rows_of_the_file_and_leaves_it_alone(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j") as (journal, _):
        scanned(journal, ROW)
    with copy_in_memory(tmp_path / "j") as journal:
        assert [row.relative for row in journal.rows()] == [ROW.relative]
        scanned(journal)
    with open_journal(tmp_path / "j") as (journal, _):
        assert journal.counts()["todo"] == 1
    with copy_in_memory(tmp_path / "none") as journal:
        scanned(journal, ROW)
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="file/j: cannot (create|write) the journal"),
        open_journal(tmp_path / "file" / "j"),
    ):
        pass
