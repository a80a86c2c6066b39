"""One run in two processes, as torchrun starts them, beside the same run in one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from PIL import Image

from uegan_cli.errors import UsageError
from uegan_cli.paths import runs_dir
from uegan_cli.training import distributed
from uegan_cli.training.checkpoints import checkpoints, newest
from uegan_cli.training.metrics import read

from ..commands.conftest import environment
from ..waiting import LIMIT, line_with, wait_until
from .tiny import assert_same

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and gloo's sockets are Unix's here")

# Without the fidelity loss, which wants a large download, and in float32: shares of a batch are rounded otherwise.
PROGRAM = """
from functools import partial
import torch
from uegan_cli.commands.app import command
from uegan_cli.losses import vgg_weights
from uegan_cli.training import loop, run as training, session
torch.set_num_threads(1)
vgg_weights.load_features = lambda file: None
session.JUDGED = 2
session.has_bfloat16 = training.has_bfloat16 = lambda device: False
loop.run = partial(loop.run, report_every=1, judge_every=4)
command()
"""
# Without the two dashes torchrun takes --start for an option of its own.
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--")


ALL_STAGES = """
from pathlib import Path
import torch
from uegan_cli.training import distributed, run as training
training.has_bfloat16 = lambda device: False
torch.set_num_threads(1)
from tests.training import tiny
from uegan_cli.training.loop import run
with distributed.joined("cpu"):
    # High rates: what differs shows within a few steps.
    changes = dict(batch=4, pool=6, steps=8, lr_generator=5e-4, lr_discriminator=2e-3)
    for _ in run(tiny.training(tiny.judge(), **changes), Path(__file__).parent, report_every=1, judge_every=2):
        pass
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file with the command, in a folder with ten soft pictures a side."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name, gain in (("liked", 1.0), ("raw", 0.6)):
        Path(name).mkdir()
        for number in range(10):
            coarse = Image.fromarray((rng.integers(30, 200, (6, 8, 3)) * gain).astype(np.uint8))
            coarse.resize((160, 120), Image.Resampling.BICUBIC).save(Path(name, f"{number}.png"))
    Path("program.py").write_text(PROGRAM)
    return "program.py"


def fresh(name: str, steps: int, batch: int = 4) -> tuple[str, ...]:
    look = ("--liked", "liked", "--raw", "raw", "--start", "none", "--width", "2", "--size", "96")
    return ("train", *look, "--name", name, "--steps", str(steps), "--batch", str(batch), "--vgg-weights", "none.pth")


def resumed(name: str) -> tuple[str, ...]:
    return ("train", "--resume", "--name", name, "--vgg-weights", "none.pth")


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own; what it writes to stderr is read from the process."""
    env = {**environment(), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, *arguments], env=env, stderr=subprocess.PIPE, text=True) as process:
        yield process


def run(*arguments: str) -> tuple[int, str]:
    with started(*arguments) as process:
        err = process.communicate(timeout=LIMIT)[1]
    return process.returncode, err


def workers(process: subprocess.Popen[str]) -> dict[int, psutil.Process]:
    """The processes that torchrun has started, by rank."""
    found = psutil.Process(process.pid).children(recursive=True)
    return {int(one.environ()["RANK"]): one for one in found if "RANK" in one.environ()}


def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    losses, states = [], []
    for name, start in (("one", ()), ("two", TORCHRUN)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "all.py").write_text(ALL_STAGES)
        code, err = run(*start, str(tmp_path / name / "all.py"))
        assert code == 0 and "Warning" not in err, err
        losses.append(read(tmp_path / name))
        found = newest(tmp_path / name)
        assert found is not None
        states.append(found.state)
    assert [line["step"] for line in losses[1]] == list(range(1, 12))
    for alone, together in zip(*losses, strict=True):
        assert together.keys() == alone.keys()
        for name in alone.keys() - {"photos_per_second", "stage"}:
            assert together[name] == pytest.approx(alone[name], rel=1e-4, abs=1e-4), (name, alone["step"])
    for one, two in zip(*(state["pool"]["photos"] for state in states), strict=True):
        torch.testing.assert_close(one, two, atol=1e-3, rtol=0)
    for name in ("crops", "toning_rng"):
        assert_same(states[0][name], states[1][name])


def test_a_killed_process_ends_the_run_in_one_line_with_a_checkpoint_that_one_process_goes_on_from(
    program: str,
) -> None:
    with started(*TORCHRUN, program, *fresh("mine", 40)) as process:
        said = line_with(process, "Training mine on")
        wait_until(lambda: len(read(runs_dir() / "mine")) >= 6, "six steps reported")
        workers(process)[1].send_signal(signal.SIGKILL)
        said += process.communicate(timeout=LIMIT)[1]
    assert process.returncode != 0
    assert said.count("uegan: one of the 2 processes has ended; go on with --resume") == 1, said
    assert re.search(r"rank\s*: 0.*?exitcode\s*: 5", said, re.DOTALL), said
    kept = newest(runs_dir() / "mine")
    assert kept is not None and kept.state["done"] >= 4 and kept.state["done"] % 4 == 0
    with started(program, *resumed("mine")) as process:
        line_with(process, f"{40 - kept.state['done']} steps")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT)
    lines = [line["step"] for line in read(runs_dir() / "mine")]
    assert lines == list(range(1, len(lines) + 1)) and len(lines) >= kept.state["done"]


@pytest.mark.slow
def test_torchrun_stopped_leaves_a_checkpoint_that_two_processes_go_on_from(program: str) -> None:
    assert run(program, *fresh("whole", 8))[0] == 0
    with started(*TORCHRUN, program, *fresh("parts", 8)) as process:
        line_with(process, "Training parts on")
        wait_until(lambda: len(read(runs_dir() / "parts")) >= 2, "two steps reported")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=LIMIT)[1]
    kept = newest(runs_dir() / "parts")
    assert kept is not None and 2 <= kept.state["done"] < 8
    assert said.count(f"stopped after step {kept.state['done']}; continue with: uegan train --resume") == 1, said
    assert run(*TORCHRUN, program, *resumed("parts"))[0] == 0
    whole, parts = read(runs_dir() / "whole"), read(runs_dir() / "parts")
    assert [line["step"] for line in parts] == list(range(1, 9))
    assert parts[-1]["generator"] == pytest.approx(whole[-1]["generator"], rel=1e-4)


@pytest.mark.slow
def test_a_batch_that_cannot_be_shared_is_refused_in_one_line(program: str) -> None:
    code, err = run(*TORCHRUN, program, *fresh("odd", 1, batch=3))
    assert code != 0
    assert err.count("uegan: --batch 3: does not go into 2 equal shares, one for each process") == 1, err
    assert checkpoints(runs_dir() / "odd") == []


@pytest.mark.parametrize("wish", ["cuda:0", "mps"])
def test_one_gpu_is_not_for_several_processes(monkeypatch: pytest.MonkeyPatch, wish: str) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="with torchrun use --device cuda"), distributed.joined(wish):
        pass


def test_a_single_process_keeps_everything_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    x = torch.rand(4, 3, 8, 8)
    with distributed.joined("cpu") as device:
        assert device == torch.device("cpu")
        assert (distributed.count(), distributed.is_first()) == (1, True)
        assert distributed.share(x) is x and distributed.gathered(x) is x
        assert distributed.mean(x) == x.mean()
        assert distributed.any_of(True, False) == (True, False)
        network = torch.nn.Linear(2, 2)
        assert distributed.in_step(network) is network
        distributed.check_batch(3)


GRADIENT = """
import torch, torch.distributed as dist
from uegan_cli.training import distributed
with distributed.joined("cpu"):
    x = (torch.arange(4.0) + 1).requires_grad_()
    part = distributed.share(x)
    # What each process makes of the mean of all is its own; the gradient of the sum reaches every part.
    (distributed.mean(part ** 2) * (dist.get_rank() + 1)).backward()
    whole = distributed.gathered(distributed.share(x.grad).view(-1, 1, 1, 1)).flatten()
    assert torch.equal(whole, 1.5 * 2 * x.detach() / 2), whole
    assert distributed.any_of(dist.get_rank() == 1, False) == (True, False)
    assert distributed.from_first(lambda: dist.get_rank()) == 0
"""


@pytest.mark.slow
def test_the_gradient_of_a_mean_reaches_every_process(tmp_path: Path) -> None:
    (tmp_path / "gradient.py").write_text(GRADIENT)
    code, err = run(*TORCHRUN, str(tmp_path / "gradient.py"))
    assert code == 0, err
