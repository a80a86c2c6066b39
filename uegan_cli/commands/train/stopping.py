"""Ctrl-C and SIGTERM during a run: the step under way is finished, and a checkpoint written."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event


class StopRequest(Event):
    """Set by the signal that asks a run to stop; `signal` is its number."""

    signal: int | None = None


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Yield an event that the first SIGINT or SIGTERM sets; a second signal acts as it did before."""
    stop = StopRequest()

    def handle(signum: int, frame: object) -> None:
        restore()
        stop.signal = signum
        stop.set()

    def restore() -> None:
        for number, handler in before:
            signal.signal(number, handler)

    before = [(number, signal.signal(number, handle)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield stop
    finally:
        restore()
