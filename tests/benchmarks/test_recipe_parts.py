"""What each part of the training recipe is worth: `quick` with one thing changed at a time, on known looks.

    pytest -m benchmark -s tests/benchmarks/test_recipe_parts.py -k "hinge or R1"     (three minutes for each run of 69)
    UEGAN_BENCH_FILE=docs/measured/recipe_parts.jsonl UEGAN_BENCH_LOOKS=careful \
        pytest -m benchmark -s tests/benchmarks/test_recipe_parts.py -k table

UEGAN_BENCH_LOOKS="crisp;careful"  looks, separated by semicolons (default teal and orange;faded matte;careful)
UEGAN_BENCH_STEPS=400              adversarial steps (default 150)
UEGAN_BENCH_FILE=FILE              append every result to FILE; results in it are not measured again; -k table prints it

The score is the colour difference of the averaged weights after the last step, whatever the judge would have chosen:
it shows what a change does to learning, not what the instant look saves.
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

from uegan_cli.look.look import FittedLook, Look
from uegan_cli.look_fitting.content import describe_content
from uegan_cli.losses import quality
from uegan_cli.losses.features import Features
from uegan_cli.networks.discriminator import Discriminator
from uegan_cli.training import data
from uegan_cli.training.config import LossWeights, TrainConfig
from uegan_cli.training.loop import train
from uegan_cli.training.presets import preset
from uegan_cli.training.run import TrainingRun
from uegan_cli.training.start import start_run
from uegan_cli.training.step import Losses

from .test_learning import CPU, make_task
from .test_learning import content_components as content_components
from .test_learning import features as features
from .test_learning import photos as photos

pytestmark = pytest.mark.benchmark

LOOKS = os.environ.get("UEGAN_BENCH_LOOKS", "teal and orange;faded matte;careful").split(";")
STEPS = int(os.environ.get("UEGAN_BENCH_STEPS", "150"))
RESULTS_FILE = Path(os.environ["UEGAN_BENCH_FILE"]) if "UEGAN_BENCH_FILE" in os.environ else None
R1_WEIGHT, R1_EVERY = 1.0, 4
NEIGHBOURS = 5
"""Raw photos with the most similar content, from which the partner of a liked photo is drawn."""

Change = Callable[[TrainConfig], TrainConfig]
Patch = Callable[[pytest.MonkeyPatch], None]


def change(**changes: Any) -> Change:
    return lambda config: dataclasses.replace(config, **changes)


def change_weights(**changes: float) -> Change:
    return lambda config: dataclasses.replace(config, weights=dataclasses.replace(config.weights, **changes))


def use_plain_hinge(patch: pytest.MonkeyPatch) -> None:
    """Compare each side with zero, not with the mean of the other side."""

    def discriminator(liked: Sequence[Tensor], fake: Sequence[Tensor], *_: Any) -> Tensor:
        sides = zip(liked, fake, strict=True)
        return 0.5 * torch.stack([F.relu(1 - a).mean() + F.relu(1 + b).mean() for a, b in sides]).sum()

    patch.setattr(quality, "discriminator", discriminator)
    patch.setattr(quality, "generator", lambda _, fake, *__: -torch.stack([m.mean() for m in fake]).sum())


def use_least_squares(patch: pytest.MonkeyPatch) -> None:
    """Use the loss of Mao et al., 2017: the targets are 1 for liked photos and -1 for fakes; for G, 1 for enhanced."""

    def discriminator(liked: Sequence[Tensor], fake: Sequence[Tensor], *_: Any) -> Tensor:
        sides = zip(liked, fake, strict=True)
        return 0.5 * torch.stack([(a - 1).square().mean() + (b + 1).square().mean() for a, b in sides]).sum()

    patch.setattr(quality, "discriminator", discriminator)
    patch.setattr(quality, "generator", lambda _, fake, *__: torch.stack([(m - 1).square().mean() for m in fake]).sum())


def add_gradient_penalty(patch: pytest.MonkeyPatch) -> None:
    """Add R1 (Mescheder et al., 2018) on liked photos, every R1_EVERY steps."""
    step = TrainingRun.step

    def penalised_step(self: TrainingRun) -> Losses:
        if self.stage == "adversarial" and self.done % R1_EVERY == 0:
            liked = self._next(self.liked).requires_grad_()
            D, adam = self.gan.discriminator, self.gan.optimisers["discriminator"]
            score = torch.stack([prediction.mean(dim=(1, 2, 3)) for prediction in D(liked)]).sum()
            (gradient,) = torch.autograd.grad(score, liked, create_graph=True)
            adam.zero_grad()
            (R1_EVERY * R1_WEIGHT / 2 * gradient.square().sum(dim=(1, 2, 3)).mean()).backward()
            adam.step()
        return step(self)

    patch.setattr(TrainingRun, "step", penalised_step)


def augment_for_discriminator(patch: pytest.MonkeyPatch) -> None:
    """Shift what the discriminator sees by up to an eighth, and cut a hole (Zhao et al., 2020, without colours)."""
    forward = Discriminator.forward

    def augmented(self: Discriminator, x: Tensor) -> list[Tensor]:
        size = x.shape[2]
        reach, hole = size // 8, size // 2
        padded, shifted = F.pad(x, [reach] * 4, mode="reflect"), []
        for photo in padded:
            top, left, down, across = (torch.rand(4) * torch.tensor([2 * reach, 2 * reach, size, size])).int().tolist()
            mask = torch.ones(1, size, size, dtype=x.dtype)
            mask[:, max(0, down - hole // 2) : down + hole // 2, max(0, across - hole // 2) : across + hole // 2] = 0
            shifted.append(photo[:, top : top + size, left : left + size] * mask)
        return forward(self, torch.stack(shifted).contiguous(memory_format=torch.channels_last))

    patch.setattr(Discriminator, "forward", augmented)


def use_nearly_whole_photos(patch: pytest.MonkeyPatch) -> None:
    """Train on three quarters of a photo or more, squeezed into the square, instead of crops."""
    patch.setattr(data, "square_crop", data.nearly_whole_crop)


def match_by_content(patch: pytest.MonkeyPatch) -> None:
    """Put beside each liked photo one of the raw photos with the most similar content."""
    step = TrainingRun.step

    def matched_step(self: TrainingRun) -> Losses:
        if not hasattr(self, "neighbours"):
            deep = [describe_content(crops.photos, self.gan.features)[-1] for crops in (self.liked, self.raw)]
            distances = torch.cdist(*(F.normalize(rows - torch.cat(deep).mean(dim=0)) for rows in deep))
            self.neighbours = distances.argsort(dim=1)[:, :NEIGHBOURS]  # type: ignore[attr-defined]
        if len(self.liked.order) < self.config.batch:
            self.liked.order = torch.randperm(len(self.liked.photos), generator=self.liked.rng).tolist()
        drawn = self.liked.order[-self.config.batch :]
        choice = torch.randint(NEIGHBOURS, (len(drawn),), generator=self.raw.rng).tolist()
        self.raw.order = [int(self.neighbours[liked, n]) for liked, n in zip(drawn, choice, strict=True)]  # type: ignore[attr-defined]
        return step(self)

    patch.setattr(TrainingRun, "step", matched_step)


def keep_fidelity_to_raw(patch: pytest.MonkeyPatch) -> None:
    """Use eq. 7 unchanged: the content of the raw photo, not of its version in the instant look."""
    # Training calls the whole look around a generator for nothing else; fitted looks keep their forward pass.
    patch.setattr(FittedLook, "forward", Look.forward)
    patch.setattr(Look, "forward", lambda self, x: x)


def change_nothing(config: TrainConfig) -> TrainConfig:
    return config


def patch_nothing(_: pytest.MonkeyPatch) -> None:
    pass


PAPER = LossWeights(quality=0.05, identity=0.1, undo=0.0)
VARIATIONS: dict[str, tuple[Change, Patch]] = {
    "quick": (change_nothing, patch_nothing),
    "no instant look": (change(instant=False), patch_nothing),
    "no pretraining": (change(pretrain_steps=0), patch_nothing),
    "identity loss, no synthetic pairs": (change(weights=PAPER), patch_nothing),
    "synthetic pairs in every step": (change(undo_every=1), patch_nothing),
    "no adversary": (change_weights(quality=0.0), patch_nothing),
    "adversary x 4": (change_weights(quality=0.2), patch_nothing),
    "hinge, not relativistic": (change_nothing, use_plain_hinge),
    "least squares": (change_nothing, use_least_squares),
    "R1": (change_nothing, add_gradient_penalty),
    "EMA 0.98": (change(ema_decay=0.98), patch_nothing),
    "EMA 0.999": (change(ema_decay=0.999), patch_nothing),
    "matched by content": (change_nothing, match_by_content),
    "shifts and holes": (change_nothing, augment_for_discriminator),
    "nearly whole photos": (change_nothing, use_nearly_whole_photos),
    "96 px": (change(size=96), patch_nothing),
    "192 px": (change(size=192), patch_nothing),
    "fidelity to raw": (change_nothing, keep_fidelity_to_raw),
    "fidelity at full size": (change(fidelity_reduction=1), patch_nothing),
    "fidelity x 1/4": (change_weights(fidelity=0.25), patch_nothing),
    "fidelity x 4": (change_weights(fidelity=4.0), patch_nothing),
    "lr of G x 3": (change(lr_generator=3e-5), patch_nothing),
    "lr of D x 2": (change(lr_discriminator=2e-4), patch_nothing),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("variation", VARIATIONS)
def test_a_variation(
    variation: str,
    look: str,
    photos: list[Tensor],
    content_components: Tensor,
    features: Features,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if any(result["variation"] == variation and result["look"] == look for result in _read_results()):
        return
    make_change, patch = VARIATIONS[variation]
    patch(monkeypatch)
    task = make_task(look, photos, content_components, 0)
    config = make_change(preset("quick", steps=STEPS))
    run = start_run(dataclasses.replace(config, patience=0), task.photos, features, CPU)
    start = task.score(run.gan.ema.network)["dE"]
    way = {}
    for progress in train(run, tmp_path, report_every=50, save_every=10**9, save_seconds=1e9):
        if progress.step % 50 == 0 or run.is_over:
            way[progress.step] = task.score(run.gan.ema.network)["dE"]
    last = list(way.values())[-1]
    result = {"variation": variation, "look": look, "steps": STEPS, "start": start, "way": way, "dE": last}
    print(f"\n{result}", flush=True)
    if RESULTS_FILE:
        with RESULTS_FILE.open("a") as file:
            file.write(json.dumps(result) + "\n")


def test_table_of_all_results() -> None:
    """Prints the results in the file as a Markdown table."""
    results = {(result["variation"], result["look"]): result for result in _read_results()}
    if not results:
        pytest.skip("UEGAN_BENCH_FILE has no such results yet")
    print(f"\n| | {' | '.join(LOOKS)} |\n|---|{'---|' * len(LOOKS)}")
    for variation in VARIATIONS:
        row = [f"{results[variation, look]['dE']:.2f}" if (variation, look) in results else "" for look in LOOKS]
        print(f"| {variation} | {' | '.join(row)} |")


def _read_results() -> Iterator[dict[str, Any]]:
    if RESULTS_FILE and RESULTS_FILE.exists():
        results = map(json.loads, RESULTS_FILE.read_text().splitlines())
        yield from (result for result in results if result["steps"] == STEPS)
