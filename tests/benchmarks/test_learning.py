"""Does it learn? Looks with a known answer, judged on photos that neither folder holds.

liked = f(photos), raw = others, and the result is compared with f(x): dB against minutes, beside the closed form.

    pytest -m benchmark -s tests/benchmarks/test_learning.py            (about 10 minutes a look on two cores)
    UEGAN_BENCH_STEPS=600 UEGAN_BENCH_LIKED=20 pytest -m benchmark -s tests/benchmarks/test_learning.py
"""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.benchmarks.looks import LOOKS, Look, apply, psnr
from uegan_cli.losses.features import Features, load_features
from uegan_cli.styles.card import Card
from uegan_cli.training.data import load_photos, to_float
from uegan_cli.training.instant import instant_look
from uegan_cli.training.loop import run
from uegan_cli.training.presets import preset
from uegan_cli.training.session import Photos, Session, begin, finish

pytestmark = pytest.mark.benchmark

LIKED = int(os.environ.get("UEGAN_BENCH_LIKED", "150"))
STEPS = int(os.environ.get("UEGAN_BENCH_STEPS", "300"))
RAW, HELD_OUT = 100, 50


@dataclasses.dataclass(frozen=True)
class Task:
    """raw, liked: to learn from. held_out: 3 x H x W uint8, to judge by."""

    photos: Photos
    held_out: list[Tensor]
    look: Look

    @torch.no_grad()
    def score(self, generator: nn.Module) -> float:
        """Mean PSNR of the generator's result against the known answer, in dB."""
        device = next(generator.parameters()).device
        scores = [
            psnr(generator(to_float(photo[None]).to(device))[0].cpu(), to_float(apply(self.look, photo)[None])[0])
            for photo in self.held_out
        ]
        return sum(scores) / len(scores)


def make_task(paths: list[Path], look: Look, draw: int) -> Task:
    photos = list(load_photos(paths, 192).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(draw)).tolist()
    shuffled = [photos[i] for i in order]
    held_out, raw, rest = shuffled[:HELD_OUT], shuffled[HELD_OUT : HELD_OUT + RAW], shuffled[HELD_OUT + RAW :]
    return Task(Photos([apply(look, photo) for photo in rest[:LIKED]], raw), held_out, look)


@pytest.mark.parametrize("name", LOOKS)
def test_training_ends_above_the_input_and_not_below_the_closed_form(
    name: str, raw_photos: list[Path], vgg16_file: Path, tmp_path: Path
) -> None:
    task = make_task(raw_photos, LOOKS[name], draw=0)
    features: Features = load_features(vgg16_file)
    unedited = task.score(_Unedited())
    plain = task.score(instant_look(task.photos.raw, task.photos.liked, None).transport)
    began = time.monotonic()
    matched = task.score(instant_look(task.photos.raw, task.photos.liked, features).transport)
    print(f"\n{name}, {len(task.photos.liked)} liked photos: unedited {unedited:.2f} dB, plain closed form {plain:.2f}")
    print(f"  {_minutes(began)} min  matched closed form {matched:.2f} dB")
    began = time.monotonic()
    config = preset("quick", steps=STEPS)
    session = begin(config, task.photos, features, torch.device("cpu"))
    start = task.score(session.training.players.average.network)
    print(f"  {_minutes(began)} min  start {start:.2f} dB, distance {_distance(session)}", flush=True)
    for progress in run(session.training, tmp_path, report_every=max(1, STEPS // 6), save_every=10**9):
        players = session.training.players
        scores = f"{task.score(players.average.network):.2f} dB (last weights {task.score(players.generator):.2f})"
        losses = " ".join(f"{name} {value:.3f}" for name, value in progress.losses.items())
        print(
            f"  {_minutes(began)} min  step {progress.step}: {scores}, distance {_distance(session)}, {losses}",
            flush=True,
        )
    style = finish(session, "known", Card())
    result = task.score(style.generator)
    print(f"  result: {style.card.recipe['chosen']}, {result:.2f} dB; {style.card.metrics}")
    assert result > unedited
    assert result > matched - 0.1


class _Unedited(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.nothing = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        return x


def _minutes(began: float) -> str:
    return f"{(time.monotonic() - began) / 60:5.1f}"


def _distance(session: Session) -> str:
    assert session.training.judge is not None
    return f"{session.training.judge_now():.3f}"
