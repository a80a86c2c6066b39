"""The program makes threads that wait sleep, before torch is loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.neighbours import busy_neighbours
from uegan_cli.threads import prepare_environment

__all__ = ["busy_neighbours"]


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


_MEASURE = """
import time
from uegan_cli.threads import prepare_environment
prepare_environment()
import torch
from tests.enhancement.pictures import as_photo, generator_style, made_scene
from uegan_cli.enhancement.enhancer import Enhancer
enhancer, photo = Enhancer(generator_style(), device="cpu"), as_photo(made_scene(1000, 1500))
enhancer.enhance(photo)
start = time.perf_counter()
for _ in range(3):
    enhancer.enhance(photo)
print(time.perf_counter() - start)
"""


def _seconds(threads: int | None) -> float:
    environment = {key: value for key, value in os.environ.items() if key not in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY")}
    if threads:
        environment["OMP_NUM_THREADS"] = str(threads)
    run = subprocess.run([sys.executable, "-c", _MEASURE], env=environment, capture_output=True, text=True, check=True)
    return float(run.stdout)


@pytest.mark.slow
@pytest.mark.usefixtures("busy_neighbours")
def test_all_threads_are_no_slower_than_one_beside_busy_neighbours() -> None:
    assert _seconds(threads=None) <= 2 * _seconds(threads=1)
