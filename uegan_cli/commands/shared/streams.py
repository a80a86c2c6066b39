"""Standard input and output: as photos, which need random access and pass through files, and where they are missing."""

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
"""The name of the file in the place of standard input, and what it is called in messages."""


def open_missing() -> None:
    """Put an empty stream where the shell has closed one: else the next file, a photo maybe, would get its number, and
    whatever a library prints.
    """
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


@contextmanager
def standard_input() -> Iterator[Path]:
    """A file with everything that comes from standard input."""
    with _folder() as folder:
        path = folder / SCRATCH
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except OSError as error:
            raise OutputError(f"{SCRATCH}: cannot be kept in {folder} ({error.strerror}); set TMPDIR") from error
        yield path


@contextmanager
def standard_output() -> Iterator[Path]:
    """A place for one file, which is copied to standard output when it is whole."""
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
