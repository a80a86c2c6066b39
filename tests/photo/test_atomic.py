"""A file is replaced as a whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from uegan_cli.errors import OutputError
from uegan_cli.photo.atomic import replacing


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    with replacing(tmp_path / "new") as file:
        file.write(b"all of it")
        assert not (tmp_path / "new").exists()
    assert (tmp_path / "new").read_bytes() == b"all of it" and os.listdir(tmp_path) == ["new"]


@pytest.mark.parametrize("reason", [KeyboardInterrupt(), SystemExit(143), ValueError("a bug")])
def test_leaving_the_block_early_changes_nothing(tmp_path: Path, reason: BaseException) -> None:
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(type(reason)), replacing(tmp_path / "old") as file:
        file.write(b"new")
        raise reason
    assert (tmp_path / "old").read_bytes() == b"old" and os.listdir(tmp_path) == ["old"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_failing_disk_gives_an_error_of_one_line(tmp_path: Path, code: int) -> None:
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(OutputError) as caught, replacing(tmp_path / "old"):
        raise OSError(code, os.strerror(code))
    assert str(caught.value).startswith(str(tmp_path / "old")) and "\n" not in str(caught.value)
    assert (tmp_path / "old").read_bytes() == b"old" and os.listdir(tmp_path) == ["old"]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from uegan_cli.errors import OutputError
from uegan_cli.photo.atomic import replacing

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with replacing(Path(sys.argv[1])) as file:
        file.write(bytes(1_000_000))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_write_that_the_system_cuts_short_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "old")], capture_output=True, text=True, check=True
    )
    assert "cannot be written" in run.stdout and run.stdout.count("\n") == 1 and not run.stderr
    assert (tmp_path / "old").read_bytes() == b"old" and os.listdir(tmp_path) == ["old"]


@pytest.fixture
def ordinary_user() -> object:
    """Root may write anywhere, so a test as root gives up its rights."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no user ids")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_without_write_permission_gives_an_error(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o555)
    request.getfixturevalue("ordinary_user")
    with pytest.raises(OutputError, match="permission denied"), replacing(tmp_path / "closed" / "new"):
        pytest.fail("the file was opened")


def test_names_that_cannot_be_written_give_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for name, reason in (
        ("missing/new", "does not exist"),
        ("file/new", "is a file"),
        ("folder", "a folder has that name"),
        ("n" * 300, "too long"),
    ):
        with pytest.raises(OutputError, match=reason), replacing(tmp_path / name) as file:
            file.write(b"new")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "new") as file:
            file.write(b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_link_stays_a_link_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with replacing(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"


def test_the_bytes_are_on_the_disk_before_the_name_points_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda source, target: (order.append("replace"), rename(source, target)))
    with replacing(tmp_path / "new") as file:
        file.write(b"new")
    assert order[:2] == ["fsync", "replace"]
