"""Training beside busy neighbours, with threads that spin while they wait and with threads that sleep.

pytest -m benchmark -s tests/benchmarks/test_threads.py     (minutes)
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median

import pytest

from tests.neighbours import busy_neighbours

__all__ = ["busy_neighbours"]

pytestmark = pytest.mark.benchmark


_MEASURE = """
import time, torch
from uegan_cli.look.styled_generator import StyledGenerator
from uegan_cli.training.presets import preset
config = preset("quick")
generator, x = StyledGenerator(config.generator), torch.rand(config.batch, 3, config.size, config.size) * 2 - 1
def step():
    generator(x).mean().backward()
step()
start = time.perf_counter()
for _ in range(10):
    step()
print(time.perf_counter() - start)
"""


def _seconds(**environment: str) -> float:
    """Seconds that ten steps of the generator take, forwards and backwards, with these variables."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("OMP_")} | environment
    run = subprocess.run([sys.executable, "-c", _MEASURE], env=env, capture_output=True, text=True, check=True)
    return float(run.stdout)


@pytest.mark.usefixtures("busy_neighbours")
def test_training_beside_busy_neighbours_takes_less_time_with_threads_that_sleep() -> None:
    """Each way three times, by turns."""
    spinning, asleep = zip(*((_seconds(), _seconds(OMP_WAIT_POLICY="PASSIVE")) for _ in range(3)), strict=True)
    ratio = median(spinning) / median(asleep)
    print(f"\nspinning {spinning}, asleep {asleep} s: {ratio:.1f} times as long")
    assert ratio > 1
