from __future__ import annotations

import os
from pathlib import Path

import pytest

from uegan_cli.errors import OutputError
from uegan_cli.jobs.backup import backup_path, keeping_original
from uegan_cli.photo.atomic import replacing


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"original")
    os.utime(path, (1e9, 1e9))
    return path


def enhance(photo: Path) -> None:
    with replacing(photo) as file:
        file.write(b"enhanced")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_original_is_kept_beside_the_photo_with_its_time(photo: Path) -> None:
    backup = backup_path(photo)
    with keeping_original(photo, backup):
        enhance(photo)
    assert contents(photo.parent) == {"a.jpg": b"enhanced", "a.jpg_original": b"original"}
    assert backup.stat().st_mtime == 1e9


def test_where_there_are_no_hard_links_the_original_is_copied(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    test_the_original_is_kept_beside_the_photo_with_its_time(photo)


def test_a_failure_leaves_the_photo_and_no_backup(photo: Path) -> None:
    with pytest.raises(OutputError), keeping_original(photo, backup_path(photo)):
        raise OutputError("the disk is full")
    assert contents(photo.parent) == {"a.jpg": b"original"}


def test_another_file_under_the_backups_name_is_never_replaced(photo: Path) -> None:
    backup_path(photo).write_bytes(b"another")
    reason = "a.jpg_original: exists and is not a backup of this photo"
    with pytest.raises(OutputError, match=reason), keeping_original(photo, backup_path(photo)):
        enhance(photo)
    assert contents(photo.parent) == {"a.jpg": b"original", "a.jpg_original": b"another"}


def test_the_backup_of_a_run_that_was_killed_before_the_replacement_is_used(photo: Path) -> None:
    backup_path(photo).write_bytes(b"original")
    with keeping_original(photo, backup_path(photo)):
        enhance(photo)
    assert contents(photo.parent) == {"a.jpg": b"enhanced", "a.jpg_original": b"original"}


def test_the_backup_of_a_link_is_beside_the_file_itself(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "b.jpg"
    link.symlink_to(photo)
    assert backup_path(link) == photo.with_name("a.jpg_original")
