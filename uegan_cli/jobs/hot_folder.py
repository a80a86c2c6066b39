"""Watch a hot folder: report new and changed files once they have been written completely."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

QUIET_SECONDS = 2.0
"""How long a file has to stay unchanged before it counts as complete."""


def complete_files(
    root: Path, waiting_files: Callable[[], Iterable[str]] = tuple, quiet_seconds: float = QUIET_SECONDS
) -> Iterator[list[str]]:
    """Yield, forever, the files in a folder and below that are new or have changed, once they stay unchanged.

    Names are relative, with slashes. waiting_files: returns files that are there already; called once the folder is
    being watched, so that none is missed in between. Raises KeyboardInterrupt on any signal that ends the program.
    """
    from watchfiles import watch

    waiting: dict[str, tuple[tuple[int, int] | None, float]] | None = None
    for changes in watch(
        root, rust_timeout=500, yield_on_timeout=True, raise_interrupt=True, ignore_permission_denied=True
    ):
        now = time.monotonic()
        if waiting is None:
            waiting = {name: (_state(root / name), now) for name in waiting_files()}
        for _, path in changes:
            for file in _files_at(path):
                name = os.path.relpath(file, root).replace(os.sep, "/")
                if not any(part.startswith(".") for part in name.split("/")):
                    waiting[name] = (_state(root / name), now)
        complete = _take_complete(root, waiting, now, quiet_seconds)
        if complete:
            yield sorted(complete)


def _files_at(path: str) -> Iterator[str]:
    """Yield the file, or all files below a folder: one that arrives with its files announces only itself."""
    if not os.path.isdir(path):
        yield path
        return
    for parent, _, names in os.walk(path):
        yield from (os.path.join(parent, name) for name in names)


def _take_complete(
    root: Path, waiting: dict[str, tuple[tuple[int, int] | None, float]], now: float, quiet_seconds: float
) -> list[str]:
    """Remove from `waiting` the files that are deleted or complete, and return the complete ones.

    waiting: by name, a file's last state and the monotonic time since when it has had it.
    """
    complete = []
    for name, (state, since) in list(waiting.items()):
        current = _state(root / name)
        if current is None:
            del waiting[name]
        elif current != state:
            waiting[name] = (current, now)
        elif now - since >= quiet_seconds:
            complete.append(name)
            del waiting[name]
    return complete


def _state(path: Path) -> tuple[int, int] | None:
    """Return a file's size and time, or None if it does not exist."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
