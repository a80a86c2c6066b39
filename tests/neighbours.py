"""Other programs on the same machine, which are busy as well."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator

import pytest


def _spin(until: float) -> None:
    while time.monotonic() < until:
        pass


@pytest.fixture
def busy_neighbours() -> Iterator[None]:
    """As many processes as cores that do nothing but compute."""
    context = multiprocessing.get_context("spawn")
    spinning = [context.Process(target=_spin, args=(time.monotonic() + 600,)) for _ in range(os.cpu_count() or 1)]
    for process in spinning:
        process.start()
    yield
    for process in spinning:
        process.kill()
        process.join()
