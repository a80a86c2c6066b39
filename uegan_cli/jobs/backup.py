"""The backup of a photo that `enhance --in-place` replaces: `photo.jpg_original` beside it, made once and kept."""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputError
from ..photo.atomic import replacing


def backup_path(photo: Path) -> Path:
    """Return where the original of a photo is kept: beside the file itself, where `photo` is a link to it."""
    real = Path(os.path.realpath(photo))
    return real.with_name(f"{real.name}_original")


@contextmanager
def keeping_original(photo: Path, backup: Path) -> Iterator[None]:
    """Make a backup of a photo for the block that replaces it; remove the backup if the block raises.

    The backup is a hard link to the photo where the file system has links: replacing the photo, which gives its name to
    a new file, leaves the original under the backup's name.

    Raises OutputError if the backup cannot be written, or if its name is taken by a file that is not the original.
    """
    real = Path(os.path.realpath(photo))
    try:
        if not backup.exists():
            _link_or_copy(real, backup)
        # A run that was killed between backup and replacement leaves an equal file.
        elif not backup.samefile(real) and not filecmp.cmp(backup, real, shallow=False):
            raise OutputError(f"{backup}: exists and is not a backup of this photo; move it elsewhere")
    except OSError as error:
        raise OutputError(f"{backup}: cannot be written ({error.strerror or error})") from error
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            backup.unlink()
        raise


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Some file systems have no hard links.
        status = source.stat()
        with open(source, "rb") as file, replacing(target, (status.st_atime_ns, status.st_mtime_ns)) as copy:
            shutil.copyfileobj(file, copy)
        shutil.copymode(source, target)
