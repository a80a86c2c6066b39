"""A hot folder: which files are new in it, and whole."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

SETTLED = 2.0
"""Seconds for which a file has to stay as it is before it is taken to be whole."""


def whole_files(
    root: Path, there: Callable[[], Iterable[str]] = tuple, settled: float = SETTLED
) -> Iterator[list[str]]:
    """The files of a folder and below that are new or have changed, once they stay as they are; for ever.

    Names are relative, with slashes. there: files that wait already; asked for when the folder is watched, so that none
    comes unseen. Raises KeyboardInterrupt on any signal that ends the program.
    """
    from watchfiles import watch

    waiting: dict[str, tuple[tuple[int, int] | None, float]] | None = None
    for changes in watch(
        root, rust_timeout=500, yield_on_timeout=True, raise_interrupt=True, ignore_permission_denied=True
    ):
        now = time.monotonic()
        if waiting is None:
            waiting = {name: (_state(root / name), now) for name in there()}
        for _, path in changes:
            name = os.path.relpath(path, root).replace(os.sep, "/")
            if not any(part.startswith(".") for part in name.split("/")) and not os.path.isdir(path):
                waiting[name] = (_state(root / name), now)
        whole = []
        for name, (state, since) in list(waiting.items()):
            current = _state(root / name)
            if current is None:
                del waiting[name]
            elif current != state:
                waiting[name] = (current, now)
            elif now - since >= settled:
                whole.append(name)
                del waiting[name]
        if whole:
            yield sorted(whole)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
