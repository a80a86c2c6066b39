"""Torch beside a busy neighbour."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

import pytest

from uegan_cli.threads import prepare_environment


def test_threads_wait_asleep_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    prepare_environment()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    prepare_environment()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"


def test_preparing_does_not_load_torch() -> None:
    code = "import sys, uegan_cli.threads as t; t.prepare_environment(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_program_prepares_its_environment() -> None:
    code = (
        "import os, sys; sys.argv = ['uegan', '--version']; sys.exit = print; os._exit = print\n"
        "from uegan_cli.__main__ import main; main(); print(os.environ['OMP_WAIT_POLICY'])"
    )
    env = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "PASSIVE"


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


@pytest.mark.benchmark
@pytest.mark.usefixtures("busy_neighbours")
def test_training_beside_busy_neighbours_takes_less_time_with_threads_that_sleep() -> None:
    """Each way three times, by turns."""
    spinning, asleep = zip(*((_seconds(), _seconds(OMP_WAIT_POLICY="PASSIVE")) for _ in range(3)), strict=True)
    ratio = median(spinning) / median(asleep)
    print(f"\nspinning {spinning}, asleep {asleep} s: {ratio:.1f} times as long")
    assert ratio > 1
