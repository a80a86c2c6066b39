"""A run in two processes, as torchrun starts them, learns what the same run learns in one process."""

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
from uegan_cli.training.checkpoints import list_checkpoints, read_newest
from uegan_cli.training.metrics import read_metrics

from ..commands.conftest import environment
from ..quick_training import CODE
from ..waiting import LIMIT, line_with, wait_until
from .tiny import assert_same

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and gloo's sockets are Unix's here")

# Without the fidelity loss, which needs a large download, and in float32, since bfloat16 rounds shares of a batch
# differently from the whole.
PROGRAM = f"""
{CODE}
from functools import partial
import torch
from uegan_cli.commands.app import command
from uegan_cli.losses import vgg_weights
from uegan_cli.training import loop, run, start
torch.set_num_threads(1)
vgg_weights.load_features = lambda file: None
start.has_bfloat16 = run.has_bfloat16 = lambda device: False
loop.train = partial(loop.train, report_every=1, judge_every=4)
command()
"""
# Without the two dashes, torchrun would take --start for an option of its own.
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--")


ALL_STAGES = """
from pathlib import Path
import torch
from uegan_cli.training import distributed, run
run.has_bfloat16 = lambda device: False
torch.set_num_threads(1)
from tests.training import tiny
from uegan_cli.training.loop import train
with distributed.join_processes("cpu"):
    # High learning rates, so that differences show within a few steps.
    changes = dict(batch=4, pool_size=6, steps=8, lr_generator=5e-4, lr_discriminator=2e-3)
    subject = tiny.tiny_run(tiny.make_tiny_judge(), **changes)
    for _ in train(subject, Path(__file__).parent, report_every=1, judge_every=2):
        pass
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file with the command, beside two folders of ten soft pictures each."""
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
    """Start a Python process, whose stderr is a pipe."""
    env = {**environment(), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, *arguments], env=env, stderr=subprocess.PIPE, text=True) as process:
        yield process


def run(*arguments: str) -> tuple[int, str]:
    with started(*arguments) as process:
        err = process.communicate(timeout=LIMIT)[1]
    return process.returncode, err


def workers(process: subprocess.Popen[str]) -> dict[int, psutil.Process]:
    """Return the processes that torchrun has started, by rank."""
    found = psutil.Process(process.pid).children(recursive=True)
    return {int(one.environ()["RANK"]): one for one in found if "RANK" in one.environ()}


def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    losses, states = [], []
    for name, start in (("one", ()), ("two", TORCHRUN)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "all.py").write_text(ALL_STAGES)
        code, err = run(*start, str(tmp_path / name / "all.py"))
        assert code == 0 and "Warning" not in err, err
        losses.append(read_metrics(tmp_path / name))
        found = read_newest(tmp_path / name)
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


def test_a_killed_process_ends_the_run_with_one_message_and_one_process_can_continue(
    program: str,
) -> None:
    with started(*TORCHRUN, program, *fresh("mine", 40)) as process:
        err = line_with(process, "Training mine on")
        wait_until(lambda: len(read_metrics(runs_dir() / "mine")) >= 6, "six steps reported")
        workers(process)[1].send_signal(signal.SIGKILL)
        err += process.communicate(timeout=LIMIT)[1]
    assert process.returncode != 0
    assert err.count("uegan: one of the 2 processes has ended; continue with --resume") == 1, err
    assert re.search(r"rank\s*: 0.*?exitcode\s*: 5", err, re.DOTALL), err
    kept = read_newest(runs_dir() / "mine")
    assert kept is not None and kept.state["done"] >= 4 and kept.state["done"] % 4 == 0
    with started(program, *resumed("mine")) as process:
        line_with(process, f"{40 - kept.state['done']} steps")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT)
    lines = [line["step"] for line in read_metrics(runs_dir() / "mine")]
    assert lines == list(range(1, len(lines) + 1)) and len(lines) >= kept.state["done"]


@pytest.mark.slow
def test_a_stopped_torchrun_leaves_a_checkpoint_from_which_two_processes_continue(program: str) -> None:
    assert run(program, *fresh("whole", 8))[0] == 0
    with started(*TORCHRUN, program, *fresh("parts", 8)) as process:
        line_with(process, "Training parts on")
        wait_until(lambda: len(read_metrics(runs_dir() / "parts")) >= 2, "two steps reported")
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=LIMIT)[1]
    kept = read_newest(runs_dir() / "parts")
    assert kept is not None and 2 <= kept.state["done"] < 8
    assert err.count(f"stopped after step {kept.state['done']}; continue with: uegan train --resume") == 1, err
    assert run(*TORCHRUN, program, *resumed("parts"))[0] == 0
    whole, parts = read_metrics(runs_dir() / "whole"), read_metrics(runs_dir() / "parts")
    assert [line["step"] for line in parts] == list(range(1, 9))
    assert parts[-1]["generator"] == pytest.approx(whole[-1]["generator"], rel=1e-4)


@pytest.mark.slow
def test_a_batch_that_cannot_be_divided_is_refused_in_one_line(program: str) -> None:
    code, err = run(*TORCHRUN, program, *fresh("odd", 1, batch=3))
    assert code != 0
    assert err.count("uegan: --batch 3: not divisible by the number of processes, 2") == 1, err
    assert list_checkpoints(runs_dir() / "odd") == []


@pytest.mark.parametrize("device", ["cuda:0", "mps"])
def test_one_gpu_for_several_processes_is_refused(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="with torchrun use --device cuda"), distributed.join_processes(device):
        pass


def test_in_a_single_process_nothing_is_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    x = torch.rand(4, 3, 8, 8)
    with distributed.join_processes("cpu") as device:
        assert device == torch.device("cpu")
        assert (distributed.process_count(), distributed.is_first()) == (1, True)
        assert distributed.share(x) is x and distributed.gather(x) is x
        assert distributed.mean(x) == x.mean()
        assert distributed.any_process(True, False) == (True, False)
        network = torch.nn.Linear(2, 2)
        assert distributed.data_parallel(network) is network
        distributed.check_batch(3)


GRADIENT = """
import torch, torch.distributed as dist
from uegan_cli.training import distributed
with distributed.join_processes("cpu"):
    x = (torch.arange(4.0) + 1).requires_grad_()
    part = distributed.share(x)
    # Each process weights the mean differently; the gradient is that of the sum over the processes.
    (distributed.mean(part ** 2) * (dist.get_rank() + 1)).backward()
    whole = distributed.gather(distributed.share(x.grad).view(-1, 1, 1, 1)).flatten()
    assert torch.equal(whole, 1.5 * 2 * x.detach() / 2), whole
    assert distributed.any_process(dist.get_rank() == 1, False) == (True, False)
    assert distributed.from_first(lambda: dist.get_rank()) == 0
"""


@pytest.mark.slow
def test_the_gradient_of_a_mean_reaches_every_process(tmp_path: Path) -> None:
    (tmp_path / "gradient.py").write_text(GRADIENT)
    code, err = run(*TORCHRUN, str(tmp_path / "gradient.py"))
    assert code == 0, err
