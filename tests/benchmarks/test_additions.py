"""What each part of the recipe is worth: `quick` with one thing changed at a time, on looks with a known answer.

    pytest -m benchmark -s tests/benchmarks/test_additions.py     (each of some seventy runs takes about three minutes)
    UEGAN_BENCH_LOOKS="crisp;careful" pytest -m benchmark -s tests/benchmarks/test_additions.py -k "hinge or r1"
    UEGAN_BENCH_FILE=additions.jsonl ...        keeps every result, makes none twice, and prints the table
    UEGAN_BENCH_STEPS=400 ...                   steps against the adversary

The colour difference is that of the averaged weights after the last step, whatever the judge would have chosen: what a
change does to learning is to be seen, not what the instant look saves.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from uegan_cli.look_fitting.content import describe_content
from uegan_cli.losses import quality
from uegan_cli.losses.features import Features
from uegan_cli.networks.discriminator import Discriminator
from uegan_cli.networks.generator import Generator
from uegan_cli.training import data
from uegan_cli.training.config import LossWeights, TrainConfig
from uegan_cli.training.loop import train
from uegan_cli.training.presets import preset
from uegan_cli.training.run import TrainingRun
from uegan_cli.training.start import start_run
from uegan_cli.training.step import Losses

from .test_learning import CPU, Task, make_task
from .test_learning import features as features
from .test_learning import photos as photos
from .test_learning import shown as shown

pytestmark = pytest.mark.benchmark

LOOKS = os.environ.get("UEGAN_BENCH_LOOKS", "teal and orange;faded matte;careful").split(";")
STEPS = int(os.environ.get("UEGAN_BENCH_STEPS", "150"))
KEPT = Path(os.environ["UEGAN_BENCH_FILE"]) if "UEGAN_BENCH_FILE" in os.environ else None
R1_WEIGHT, R1_EVERY = 1.0, 4
NEIGHBOURS = 5

Patch = Callable[[pytest.MonkeyPatch], None]


def changed(**changes: Any) -> Callable[[TrainConfig], TrainConfig]:
    return lambda config: dataclasses.replace(config, **changes)


def weighed(**changes: float) -> Callable[[TrainConfig], TrainConfig]:
    return lambda config: dataclasses.replace(config, weights=dataclasses.replace(config.weights, **changes))


def not_relativistic(patch: pytest.MonkeyPatch) -> None:
    """The hinge loss of the two sides by themselves."""

    def discriminator(liked: Sequence[Tensor], fake: Sequence[Tensor], *_: Any) -> Tensor:
        sides = zip(liked, fake, strict=True)
        return 0.5 * torch.stack([F.relu(1 - a).mean() + F.relu(1 + b).mean() for a, b in sides]).sum()

    patch.setattr(quality, "discriminator", discriminator)
    patch.setattr(quality, "generator", lambda _, fake, *__: -torch.stack([m.mean() for m in fake]).sum())


def least_squares(patch: pytest.MonkeyPatch) -> None:
    """Mao et al., 2017: liked photos are 1, the others -1, enhanced ones are to be 1."""

    def discriminator(liked: Sequence[Tensor], fake: Sequence[Tensor], *_: Any) -> Tensor:
        sides = zip(liked, fake, strict=True)
        return 0.5 * torch.stack([(a - 1).square().mean() + (b + 1).square().mean() for a, b in sides]).sum()

    patch.setattr(quality, "discriminator", discriminator)
    patch.setattr(quality, "generator", lambda _, fake, *__: torch.stack([(m - 1).square().mean() for m in fake]).sum())


def gradient_penalty(patch: pytest.MonkeyPatch) -> None:
    """R1 (Mescheder et al., 2018) on liked photos, every R1_EVERY steps."""
    step = TrainingRun.step

    def penalised(self: TrainingRun) -> Losses:
        if self.stage == "adversarial" and self.done % R1_EVERY == 0:
            liked = self._next(self.liked).requires_grad_()
            D, adam = self.gan.discriminator, self.gan.optimisers["discriminator"]
            score = torch.stack([prediction.mean(dim=(1, 2, 3)) for prediction in D(liked)]).sum()
            (slope,) = torch.autograd.grad(score, liked, create_graph=True)
            adam.zero_grad()
            (R1_EVERY * R1_WEIGHT / 2 * slope.square().sum(dim=(1, 2, 3)).mean()).backward()
            adam.step()
        return step(self)

    patch.setattr(TrainingRun, "step", penalised)


def moved_and_cut(patch: pytest.MonkeyPatch) -> None:
    """Differentiable augmentation (Zhao et al., 2020) without its colours: shifts of up to an eighth, and a hole."""
    forward = Discriminator.forward

    def augmented(self: Discriminator, x: Tensor) -> list[Tensor]:
        size = x.shape[2]
        reach, hole = size // 8, size // 2
        padded, seen = F.pad(x, [reach] * 4, mode="reflect"), []
        for photo in padded:
            top, left, up, across = (torch.rand(4) * torch.tensor([2 * reach, 2 * reach, size, size])).int().tolist()
            mask = torch.ones(1, size, size, dtype=x.dtype)
            mask[:, max(0, up - hole // 2) : up + hole // 2, max(0, across - hole // 2) : across + hole // 2] = 0
            seen.append(photo[:, top : top + size, left : left + size] * mask)
        return forward(self, torch.stack(seen).contiguous(memory_format=torch.channels_last))

    patch.setattr(Discriminator, "forward", augmented)


def whole_photos(patch: pytest.MonkeyPatch) -> None:
    """Three quarters of a photo or more, squeezed into the square."""
    patch.setattr(data, "square", data.nearly_whole)


def matched_by_content(patch: pytest.MonkeyPatch) -> None:
    """Beside each liked photo one of the raw photos that show the most similar things."""
    step = TrainingRun.step

    def matched(self: TrainingRun) -> Losses:
        if not hasattr(self, "near"):
            deep = [describe_content(crops.photos, self.gan.features)[-1] for crops in (self.liked, self.raw)]
            away = torch.cdist(*(F.normalize(kind - torch.cat(deep).mean(dim=0)) for kind in deep))
            self.near = away.argsort(dim=1)[:, :NEIGHBOURS]  # type: ignore[attr-defined]
        if len(self.liked.order) < self.config.batch:
            self.liked.order = torch.randperm(len(self.liked.photos), generator=self.liked.rng).tolist()
        drawn = self.liked.order[-self.config.batch :]
        choice = torch.randint(NEIGHBOURS, (len(drawn),), generator=self.raw.rng).tolist()
        self.raw.order = [int(self.near[liked, n]) for liked, n in zip(drawn, choice, strict=True)]  # type: ignore[attr-defined]
        return step(self)

    patch.setattr(TrainingRun, "step", matched)


def fidelity_to_raw(patch: pytest.MonkeyPatch) -> None:
    """Eq. 7 as it is: the content of the raw photo, not of what the closed form makes of it."""
    patch.setattr(Generator, "closed_form", lambda self, x: x)


def nothing(_: Any) -> None:
    pass


def as_it_is(config: TrainConfig) -> TrainConfig:
    return config


PAPER = LossWeights(quality=0.05, identity=0.1, undo=0.0)
VARIATIONS: dict[str, tuple[Callable[[TrainConfig], TrainConfig], Patch]] = {
    "quick": (as_it_is, nothing),
    "no closed form": (changed(instant=False), nothing),
    "no counterparts: identity loss": (changed(weights=PAPER), nothing),
    "counterparts in every step": (changed(undo_every=1), nothing),
    "no adversary": (weighed(quality=0.0), nothing),
    "adversary x 4": (weighed(quality=0.2), nothing),
    "hinge, not relativistic": (as_it_is, not_relativistic),
    "least squares": (as_it_is, least_squares),
    "R1": (as_it_is, gradient_penalty),
    "EMA 0.98": (changed(ema_decay=0.98), nothing),
    "EMA 0.999": (changed(ema_decay=0.999), nothing),
    "matched by content": (as_it_is, matched_by_content),
    "moved and cut": (as_it_is, moved_and_cut),
    "whole photos": (as_it_is, whole_photos),
    "96 px": (changed(size=96), nothing),
    "192 px": (changed(size=192), nothing),
    "fidelity to raw": (as_it_is, fidelity_to_raw),
    "fidelity at full size": (changed(fidelity_reduction=1), nothing),
    "fidelity x 1/4": (weighed(fidelity=0.25), nothing),
    "fidelity x 4": (weighed(fidelity=4.0), nothing),
    "lr of G x 3": (changed(lr_generator=3e-5), nothing),
    "lr of D x 2": (changed(lr_discriminator=2e-4), nothing),
    "no whole photos": (changed(pretrain_steps=0), nothing),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("variation", VARIATIONS)
def test_a_variation(
    variation: str,
    look: str,
    photos: list[Tensor],
    shown: Tensor,
    features: Features,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if any(cell["variation"] == variation and cell["look"] == look for cell in _cells()):
        return
    change, patch = VARIATIONS[variation]
    patch(monkeypatch)
    task: Task = make_task(look, photos, shown, 0)
    config = change(preset("quick", steps=STEPS))
    config = dataclasses.replace(config, patience=0)
    run = start_run(config, task.photos, features, CPU)
    start = task.score(run.gan.ema.network)["dE"]
    way = {}
    for progress in train(run, tmp_path, report_every=50, save_every=10**9, save_seconds=1e9):
        if progress.step % 50 == 0 or run.is_over:
            way[progress.step] = task.score(run.gan.ema.network)["dE"]
    cell = {
        "variation": variation,
        "look": look,
        "steps": STEPS,
        "start": start,
        "way": way,
        "dE": list(way.values())[-1],
    }
    print(f"\n{cell}", flush=True)
    if KEPT:
        with KEPT.open("a") as file:
            file.write(json.dumps(cell) + "\n")


def test_the_table() -> None:
    cells = {(cell["variation"], cell["look"]): cell for cell in _cells()}
    if not cells:
        pytest.skip("UEGAN_BENCH_FILE keeps no results yet")
    print(f"\n| | {' | '.join(LOOKS)} |\n|---|{'---|' * len(LOOKS)}")
    for variation in VARIATIONS:
        found = [f"{cells[variation, look]['dE']:.2f}" if (variation, look) in cells else "" for look in LOOKS]
        print(f"| {variation} | {' | '.join(found)} |")


def _cells() -> Iterator[dict[str, Any]]:
    if KEPT and KEPT.exists():
        cells = map(json.loads, KEPT.read_text().splitlines())
        yield from (cell for cell in cells if cell["steps"] == STEPS)
