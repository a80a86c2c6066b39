"""A training run, from photos to a generator: section IV-B from its first step to its last."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ..config import TrainConfig, train_config_to_json
from ..enhancement.devices import has_bfloat16
from ..errors import DataSetError, OutputError
from ..losses.features import Features
from ..networks import Discriminator
from .data import Crops
from .judge import Judge
from .step import Losses, Players, adversarial_step, set_up, undo_step
from .toning import ToningDown

KEPT_CHECKPOINTS = 3


@dataclass(frozen=True)
class Progress:
    """Where a run stands after a step.

    losses: means since the previous report. rate: photos of each kind a second. distance: the judge's, when asked.
    """

    step: int
    steps: int
    stage: str
    losses: dict[str, float]
    rate: float
    distance: float | None = None


@dataclass(frozen=True)
class Best:
    """The averaged weights that came nearest to the liked photos so far."""

    step: int
    distance: float
    weights: dict[str, Tensor]


@dataclass
class Training:
    """Everything that decides how a run goes on; `state_dict` keeps it all, so that a resumed run is the same run."""

    config: TrainConfig
    players: Players
    liked: Crops
    raw: Crops
    toning_rng: torch.Generator
    device: torch.device
    judge: Judge | None = None
    toning: ToningDown = field(default_factory=ToningDown)
    done: int = 0
    best: Best | None = None

    @property
    def steps(self) -> int:
        """Steps of both stages."""
        return self.config.undo_steps + self.config.steps

    @property
    def stage(self) -> str:
        """`undo` while only toned-down photos are undone, then `learn`."""
        return "undo" if self.done < self.config.undo_steps else "learn"

    def step(self) -> Losses:
        """One step of the stage the run is in."""
        config, players = self.config, self.players
        self._set_learning_rates()
        liked = self._next(self.liked)
        if self.stage == "undo":
            losses = undo_step(players, liked, self.toning(liked, self.toning_rng))
        else:
            toned = self.toning(liked, self.toning_rng) if config.weights.undo else None
            losses = adversarial_step(players, config, self._next(self.raw), liked, toned)
        self.done += 1
        return losses

    def judge_now(self) -> float:
        """The distance of the averaged weights' results from the liked photos; the nearest are remembered."""
        assert self.judge is not None
        network = self.players.average.network
        with torch.autocast(self.device.type, self.players.precision, enabled=self.players.precision != torch.float32):
            distance = self.judge.distance(network)
        if self.best is None or distance < self.best.distance:
            weights = {name: tensor.cpu().clone() for name, tensor in network.state_dict().items()}
            self.best = Best(self.done, distance, weights)
        return distance

    def _next(self, crops: Crops) -> Tensor:
        return crops.batch(self.config.batch).to(self.device, memory_format=torch.channels_last, non_blocking=True)

    def _set_learning_rates(self) -> None:
        """Constant, then falling linearly: in the undo stage to a tenth, in the adversarial stage to zero.

        The generator's rises from zero over the first `warm_up` steps: a discriminator that has seen nothing yet has
        nothing to teach.
        """
        config, players = self.config, self.players
        if self.stage == "undo":
            factor = _falling(self.done / config.undo_steps, config.constant, 0.1)
            _set_rate(players.optimise_undo, config.lr_undo * factor)
        else:
            played = self.done - config.undo_steps
            factor = _falling(played / config.steps, config.constant, 0.0)
            rising = min(1.0, played / config.warm_up) if config.warm_up else 1.0
            _set_rate(players.optimise_generator, config.lr_generator * factor * rising)
            _set_rate(players.optimise_discriminator, config.lr_discriminator * factor)

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values only, so that it loads with `weights_only=True`."""
        players = self.players
        return {
            "config": train_config_to_json(self.config),
            "done": self.done,
            "generator": players.generator.state_dict(),
            "discriminator": players.discriminator.state_dict(),
            "average": players.average.state_dict(),
            "pool": players.pool.state_dict(),
            "optimise_undo": players.optimise_undo.state_dict(),
            "optimise_generator": players.optimise_generator.state_dict(),
            "optimise_discriminator": players.optimise_discriminator.state_dict(),
            "liked": self.liked.state_dict(),
            "raw": self.raw.state_dict(),
            "toning_rng": self.toning_rng.get_state(),
            "torch_rng": torch.get_rng_state(),
            "best": None if self.best is None else vars(self.best),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken; the photos must be the same."""
        players = self.players
        optimisers = ("optimise_undo", "optimise_generator", "optimise_discriminator")
        for name in ("generator", "discriminator", "average", "pool", *optimisers):
            getattr(players, name).load_state_dict(state[name])
        self.liked.load_state_dict(state["liked"])
        self.raw.load_state_dict(state["raw"])
        self.toning_rng.set_state(state["toning_rng"])
        torch.set_rng_state(state["torch_rng"])
        self.done = int(state["done"])
        self.best = None if state["best"] is None else Best(**state["best"])


def prepare(
    config: TrainConfig,
    generator: nn.Module,
    liked: Sequence[Tensor],
    raw: Sequence[Tensor],
    features: Features | None,
    device: torch.device,
    judge: Judge | None = None,
) -> Training:
    """A run at its first step. liked, raw: photos as 3 x H x W uint8. Without a judge the last weights are the best."""
    torch.manual_seed(config.seed)
    precision = torch.bfloat16 if has_bfloat16(device) else torch.float32
    players = set_up(config, generator, Discriminator(config.generator.width), features, device, precision)
    return Training(
        config,
        players,
        Crops(liked, config.size, config.seed),
        Crops(raw, config.size, config.seed + 1),
        torch.Generator().manual_seed(config.seed + 2),
        device,
        judge,
    )


def run(
    training: Training,
    folder: Path,
    report_every: int = 10,
    judge_every: int = 50,
    save_every: int = 500,
    stop: Event | None = None,
) -> Iterator[Progress]:
    """Train to the end, writing `metrics.jsonl` and checkpoints into `folder`; yields a report every few steps.

    In the adversarial stage the judge is asked before the first step and every `judge_every` steps. Setting `stop`, or
    closing the iterator, ends the run after the step in hand, with a checkpoint. Raises DataSetError when the losses
    are no longer numbers, OutputError when the folder cannot be written.
    """
    stop = stop or Event()
    _make(folder)
    clock, saved = _Clock(training), training.done
    try:
        while training.done < training.steps and not stop.is_set():
            if training.judge is not None and training.best is None and training.stage == "learn":
                training.judge_now()
            clock.stage = training.stage
            clock.losses.append(training.step())
            ends = training.done == training.steps or stop.is_set()
            judged = training.judge is not None and clock.stage == "learn" and training.done % judge_every == 0
            if training.done % report_every and not (ends or judged):
                continue
            progress = clock.report(training.judge_now() if judged else None)
            _check_finite(progress)
            _append(folder / "metrics.jsonl", progress)
            if training.done - saved >= save_every or ends:
                save(training, folder)
                saved = training.done
            yield progress
            clock = _Clock(training)
    except GeneratorExit:
        if training.done > saved:
            save(training, folder)
        raise


class _Clock:
    """What has happened since the last report."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.since, self.started = training.done, time.monotonic()
        self.stage = training.stage
        self.losses: list[Losses] = []

    def report(self, distance: float | None) -> Progress:
        done = self.training.done
        photos = (done - self.since) * self.training.config.batch
        rate = photos / max(time.monotonic() - self.started, 1e-9)
        return Progress(done, self.training.steps, self.stage, _means(self.losses), rate, distance)


def save(training: Training, folder: Path) -> Path:
    """Write `checkpoint-STEP.pt`, whole or not at all, and drop the oldest beyond the last three."""
    target = folder / f"checkpoint-{training.done:07d}.pt"
    partial = target.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            torch.save(training.state_dict(), file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except (OSError, RuntimeError) as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"{target}: cannot write the checkpoint ({error}); free some space and use --resume"
        ) from error
    for old in checkpoints(folder)[:-KEPT_CHECKPOINTS]:
        old.unlink(missing_ok=True)
    return target


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error}); choose another folder") from error


def checkpoints(folder: Path) -> list[Path]:
    """A run's checkpoints, oldest first."""
    return sorted(folder.glob("checkpoint-*.pt"))


def _falling(part: float, constant: float, end: float) -> float:
    """1 up to `constant` of the way, then a straight line down to `end`."""
    if part <= constant:
        return 1.0
    return 1.0 - (1.0 - end) * (part - constant) / (1.0 - constant)


def _set_rate(optimiser: Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def _means(collected: list[Losses]) -> dict[str, float]:
    """Means over the steps of one stage; where the stage changed in between, over those of the last."""
    names = collected[-1].keys()
    of_stage = [losses for losses in collected if losses.keys() == names]
    return {name: float(torch.stack([losses[name] for losses in of_stage]).mean()) for name in names}


def _check_finite(progress: Progress) -> None:
    bad = [name for name, value in progress.losses.items() if value != value or abs(value) == float("inf")]
    if bad:
        raise DataSetError(
            f"the {bad[0]} loss is no longer a number at step {progress.step}; resume from the last checkpoint with a"
            " lower --lr"
        )


def _append(file: Path, progress: Progress) -> None:
    line = {"step": progress.step, "stage": progress.stage, "photos_per_second": round(progress.rate, 3)}
    values = {name: round(value, 6) for name, value in progress.losses.items()}
    if progress.distance is not None:
        values["distance"] = round(progress.distance, 4)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps({**line, **values}) + "\n")
