"""Waiting for what other processes do: for a condition, never for a time, and with an end to it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

LIMIT = 120.0
"""Seconds after which a test fails with what it was waiting for: far more than a busy machine needs."""


def wait_until(condition: Callable[[], object], what: str, limit: float = LIMIT) -> None:
    """Return when the condition holds. Raises AssertionError with `what` when it does not within `limit` seconds."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"waited {limit:.0f} s in vain: {what}"
        time.sleep(0.02)


@contextmanager
def killed_after(
    process: subprocess.Popen[str] | subprocess.Popen[bytes], what: str, limit: float = LIMIT
) -> Iterator[None]:
    """Within this context nothing read from the process blocks for ever: it is killed after `limit` seconds.

    Raises AssertionError with `what` when it was.
    """
    timer = Timer(limit, process.kill)
    timer.start()
    try:
        yield
    finally:
        late = not timer.is_alive()
        timer.cancel()
        assert not late, f"waited {limit:.0f} s in vain: {what}"


def line_with(process: subprocess.Popen[str], text: str, limit: float = LIMIT) -> str:
    """Read the standard error of a process up to a line with `text`, and return what was read.

    Raises AssertionError when the process ends, or `limit` seconds pass, before there is one.
    """
    assert process.stderr is not None
    said = ""
    with killed_after(process, f"a line with {text!r}", limit):
        for line in process.stderr:
            said += line
            if text in line:
                return said
    raise AssertionError(f"no line with {text!r} in: {said}")
