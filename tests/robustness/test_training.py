"""A training run is stopped, killed and started twice, in processes of their own, and ends as if nothing had been."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from uegan_cli.errors import OutputError
from uegan_cli.paths import runs_dir
from uegan_cli.styles.store import load_style
from uegan_cli.training.checkpoints import list_checkpoints, read_newest, save_checkpoint
from uegan_cli.training.metrics import read_metrics
from uegan_cli.training.run_folder import lock_folder

from ..quick_training import CODE
from ..training.tiny import assert_same
from ..waiting import LIMIT
from .conftest import Forks, Mount, forking

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are Unix's")

# Without the fidelity loss, which needs a large download; with a checkpoint every other step; and with the slowest
# import of an optimiser done before. In a folder with a file `hold` a run waits after its third step to be stopped.
HELD = "three steps done"
PRELUDE = f"""
import os, sys
import torch._dynamo
from uegan_cli.losses import vgg_weights
from uegan_cli.training import loop
{CODE}
vgg_weights.load_features = lambda file: None
whole_run = loop.train
def train(*arguments, stop, **options):
    for progress in whole_run(*arguments, stop=stop, report_every=1, judge_every=4, save_every=2, **options):
        yield progress
        if progress.step == 3 and os.path.exists("hold"):
            print({HELD!r}, file=sys.stderr, flush=True)
            stop.wait({LIMIT})
loop.train = train
"""
STEPS = 9


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    with forking(PRELUDE) as process:
        yield process


@pytest.fixture
def forks(folder: Path, server: subprocess.Popen[str]) -> Forks:
    """Two folders of ten soft pictures each, and processes that learn from them."""
    rng = np.random.default_rng(0)
    for name, gain in (("liked", 1.0), ("raw", 0.6)):
        (folder / name).mkdir()
        for number in range(10):
            coarse = Image.fromarray((rng.integers(30, 200, (6, 8, 3)) * gain).astype(np.uint8))
            coarse.resize((160, 120), Image.Resampling.BICUBIC).save(folder / name / f"{number}.png")
    return Forks(server, folder)


def fresh(name: str) -> tuple[str, ...]:
    look = ("--liked", "liked", "--raw", "raw", "--start", "none", "--width", "2", "--size", "96", "--batch", "2")
    return ("train", *look, "--name", name, "--steps", str(STEPS), "--vgg-weights", "none.pth", "--overwrite")


def resumed(name: str) -> tuple[str, ...]:
    return ("train", "--resume", "--name", name, "--vgg-weights", "none.pth")


def assert_ended_like(name: str, whole: str) -> None:
    """Every tensor that the run has come to is that of the other one, and it has reported each step once."""
    one, two = read_newest(runs_dir() / name), read_newest(runs_dir() / whole)
    assert one is not None and two is not None
    assert one.state["done"] == STEPS and one.damaged == []
    assert_same(one.state, two.state)
    assert [line["step"] for line in read_metrics(runs_dir() / name)] == list(range(1, STEPS + 1))
    assert load_style(name).hash == load_style(whole).hash
    assert not list((runs_dir() / name).glob(".uegan-*")), "nothing half-written is left"


def test_stopped_by_ctrl_c_or_kill_it_goes_on_bit_for_bit(forks: Forks) -> None:
    assert forks.run(*fresh("whole"))[0] == 0
    for signum in (signal.SIGINT, signal.SIGTERM):
        (forks.folder / "hold").touch()
        code, err = forks.run(*fresh("parts"), signum=signum, after=HELD)
        (forks.folder / "hold").unlink()
        stopped = read_newest(runs_dir() / "parts")
        assert stopped is not None and stopped.state["done"] == 4, "the step in hand is finished"
        assert code == 128 + signum
        assert err.splitlines()[-1] == (
            f"stopped after step {stopped.state['done']}; continue with: uegan train --resume --name parts"
        )
        assert forks.run(*resumed("parts"))[0] == 0
        assert_ended_like("parts", "whole")


def killed_again_and_again(forks: Forks, rounds: int, seed: int) -> None:
    chance, folder = random.Random(seed), runs_dir() / "parts"
    started = time.monotonic()
    assert forks.run(*fresh("whole"))[0] == 0
    seconds = time.monotonic() - started
    for _ in range(rounds):
        command = resumed("parts") if (folder / "options.json").exists() else fresh("parts")
        code, err = forks.run(*command, signum=signal.SIGKILL, delay=chance.uniform(0, seconds))
        assert code in (0, -signal.SIGKILL), err
        found = read_newest(folder)
        assert found is None or found.damaged == []
    code, err = forks.run(*resumed("parts") if (folder / "options.json").exists() else fresh("parts"))
    assert code == 0, err
    assert_ended_like("parts", "whole")


def test_killed_at_any_moment_it_ends_as_if_nothing_had_been(forks: Forks) -> None:
    killed_again_and_again(forks, rounds=3, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_of_many_moments(forks: Forks, seed: int) -> None:
    killed_again_and_again(forks, rounds=20, seed=seed)


def test_a_damaged_checkpoint_costs_a_line_and_a_few_steps(forks: Forks) -> None:
    assert forks.run(*fresh("mine"))[0] == 0
    last, whole = list_checkpoints(runs_dir() / "mine")[-1], read_newest(runs_dir() / "mine")
    last.write_bytes(last.read_bytes()[:-1000])
    code, err = forks.run(*resumed("mine"))
    assert code == 0
    assert f"uegan: {last}: damaged; continuing from the checkpoint before it" in err.splitlines()
    again = read_newest(runs_dir() / "mine")
    assert whole is not None and again is not None
    assert_same(again.state, whole.state)


def test_a_second_process_is_sent_away_and_spoils_nothing(forks: Forks) -> None:
    forks.run(*fresh("mine"), signum=signal.SIGINT, after="Training mine", delay=0.2)
    folder = runs_dir() / "mine"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with lock_folder(folder):
        for command in (resumed("mine"), fresh("mine")):
            code, err = forks.run(*command)
            assert code == 7
            assert err.splitlines()[-1] == f"uegan: {folder}: in use by another uegan; wait, or choose another --name"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_full_disk_costs_a_line_and_keeps_the_last_checkpoint(mounted: Mount) -> None:
    disk, kept = mounted("size=1m"), 0
    with pytest.raises(OutputError, match="checkpoint-000000[2-9].pt: cannot be written"):
        for step in range(1, 10):
            save_checkpoint({"done": step, "weights": torch.rand(70_000)}, disk)
            kept = step
    found = read_newest(disk)
    assert found is not None and (found.state["done"], found.damaged) == (kept, [])
    assert not list(disk.glob(".uegan-*")), "what could not be finished takes no room"
