"""Atomic writing: a file is replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import OutputError

_REASONS = {
    errno.ENOSPC: "the disk is full; make room or write elsewhere",
    errno.EDQUOT: "the disk quota is used up; make room or write elsewhere",
    errno.EACCES: "permission denied; write to another folder",
    errno.EPERM: "permission denied; write to another folder",
    errno.EROFS: "the disk is read-only; write to another folder",
    errno.ENOENT: "its folder does not exist; create it first",
    errno.ENOTDIR: "its folder is a file; write to another folder",
    errno.EISDIR: "a folder has that name; choose another",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


@contextmanager
def replacing(path: Path, times: tuple[int, int] | None = None) -> Iterator[BinaryIO]:
    """Open a new file that takes the place of `path` when the block ends, and is deleted if the block raises.

    An existing file keeps its mode; a symbolic link stays, and the file it points to is replaced. The bytes are synced
    to the disk before the name points to them, and the name before this returns.

    times: access and modification time in nanoseconds for the new file.
    Raises OutputError, one line that names `path`, for every error of the system.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".uegan-{secrets.token_hex(6)}.tmp")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _set_mode_and_times(temporary, target, times)
        os.replace(temporary, target)
        _sync_folder(target.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = _REASONS.get(error.errno or 0) or error.strerror or str(error)
            raise OutputError(f"{path}: cannot be written: {reason}") from error
        raise


def _set_mode_and_times(temporary: Path, target: Path, times: tuple[int, int] | None) -> None:
    """Give the new file the mode of the one it replaces, and `times`."""
    with contextlib.suppress(FileNotFoundError):
        os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
    if times is not None:
        os.utime(temporary, ns=times)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, on systems that can sync a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
