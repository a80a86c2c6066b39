"""`-` on the command line: photos need random access, so streams pass through files in a temporary folder."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STREAM = "-"


@contextmanager
def standard_input() -> Iterator[Path]:
    """A file with everything that comes from standard input."""
    with _folder() as folder:
        path = folder / "standard input"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
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
