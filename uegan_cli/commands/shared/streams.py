"""Standard input and output as photos, and standard streams that the shell has closed.

Photos need random access, so that standard input and output pass through temporary files.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import OutputError

STREAM = "-"
SCRATCH = "standard input"
"""Name of the temporary file that holds standard input, and its name in messages."""


def open_missing() -> None:
    """Open the null device as every standard stream that the shell has closed.

    Otherwise the next file, perhaps a photo, would get its number, and everything that a library prints.
    """
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


@contextmanager
def standard_input() -> Iterator[Path]:
    """Copy standard input to a temporary file. Raises OutputError."""
    with _folder() as folder:
        path = folder / SCRATCH
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except OSError as error:
            raise OutputError(
                f"{SCRATCH}: cannot be saved in {folder} ({error.strerror}); set TMPDIR to another folder"
            ) from error
        yield path


@contextmanager
def standard_output() -> Iterator[Path]:
    """Provide a temporary path for one file, which is copied to standard output at the end if it was written."""
    with _folder() as folder:
        path = folder / "standard output.jpg"
        yield path
        if path.exists():
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="uegan-") as name:
        yield Path(name)
