"""A hot folder: which files are new in it, and whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

SETTLED = 2.0
"""Seconds for which a file has to stay as it is before it is taken to be whole."""


def whole_files(root: Path, pending: Iterable[str] = (), settled: float = SETTLED) -> Iterator[list[str]]:
    """The files of a folder and below that are new or have changed, once they stay as they are; for ever.

    Names are relative, with slashes. pending: files that may be half-written now. An empty list comes now and then, so
    that whoever waits can do something else. Raises KeyboardInterrupt on any signal that ends the program.
    """
    from watchfiles import watch

    began = time.monotonic()
    waiting = {name: (_state(root / name), began) for name in pending}
    for changes in watch(
        root, rust_timeout=500, yield_on_timeout=True, raise_interrupt=True, ignore_permission_denied=True
    ):
        now = time.monotonic()
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
        yield sorted(whole)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
