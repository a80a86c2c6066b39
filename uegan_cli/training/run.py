"""The state of a training run, and its next step: section IV-B between its first step and its last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..enhancement.devices import has_bfloat16
from ..errors import DataSetError
from ..look.adaptive_colour_map import AdaptiveColourMap
from ..look.look import FittedLook
from ..look.styled_generator import StyledGenerator
from ..look_fitting.judge import Judge, Judgement
from ..losses.features import Features
from ..networks.discriminator import Discriminator
from ..styles.stored_names import load_stored_weights, stored_weights
from . import distributed
from .checkpoints import State
from .config import STORED_STAGES, Stage, TrainConfig, train_config_to_json
from .data import Crops, nearly_whole_crop
from .degradations import Degradation, ToneDegradation
from .gan import GAN, build_gan
from .health import MAX_ROLLBACKS, BestWeights, Health, is_better
from .schedule import find_stage, learning_rates, photos_in_step
from .step import Losses, adversarial_step, pretrain_step

WHOLE_PHOTO_SIDE = 96
"""Pixels along a side of the squares that whole photos are resized to for pretraining."""


@dataclass
class TrainingRun:
    """Everything that determines the steps to come; `state_dict` keeps it all, so that a resumed run is the same run.

    liked, raw: crops for the adversarial stage; whole: nearly whole liked photos, for pretraining. degrade: makes the
    copies of liked photos that are to be undone. judge: None for a run whose last weights are the best. done: steps.
    instant_look: the look around the generator, if one was fitted.
    """

    config: TrainConfig
    gan: GAN
    liked: Crops
    raw: Crops
    whole: Crops
    degradation_rng: torch.Generator
    device: torch.device
    judge: Judge | None = None
    degrade: Degradation = field(default_factory=ToneDegradation)
    instant_look: FittedLook | None = None
    done: int = 0
    best: BestWeights | None = None
    health: Health = field(default_factory=Health)

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(self.config.stages.values())

    @property
    def stage(self) -> Stage:
        """The stage of the next step."""
        return find_stage(self.config, self.done)[0]

    @property
    def is_judged(self) -> bool:
        """Whether the judge is needed now. In pretraining it is not: the originals are known."""
        return self.judge is not None and self.stage == "adversarial"

    @property
    def is_over(self) -> bool:
        """Whether the run is at its end, or has stopped early."""
        return self.done >= self.steps or self.health.stop_reason is not None

    def photos_in_step(self, stage: Stage) -> int:
        """Return the photos of each kind in a step."""
        return photos_in_step(self.config, stage)

    def step(self) -> Losses:
        """Do the next step, of the stage that the run is in."""
        config, gan, share = self.config, self.gan, distributed.share
        self._set_learning_rates()
        if self.stage == "pretrain":
            liked = self._next(self.whole)
            degraded, dropout = self.degrade(liked, self.degradation_rng), self._dropout_mask(len(liked))
            losses = pretrain_step(gan, share(liked), share(degraded), share(dropout))
        else:
            liked = self._next(self.liked)
            undoes = config.weights.undo and self.done % config.undo_every == 0
            copies = share(self.degrade(liked, self.degradation_rng)) if undoes else None
            losses = adversarial_step(gan, config, share(self._next(self.raw)), share(liked), copies)
        self.done += 1
        return losses

    def judge_now(self) -> float:
        """Measure the distance of the averaged weights' results to the liked photos, and keep the weights if better.

        Before the first step they are kept only if there is an instant look. Without an improvement for as many
        judgements as the configuration has patience for, the run stops.
        """
        health, network = self.health, self.gan.ema.network
        judgement = distributed.from_first(self._assess)
        distance, max_change = judgement.distance, self.judge.max_content_change if self.judge else 0.0
        health.judgements_since_best += 1
        if health.first_distance is None:
            health.first_distance = distance
            if self.done == 0 and not self.config.instant:
                return distance
        if is_better(judgement, self.best, max_change):
            weights = {name: tensor.cpu().clone() for name, tensor in stored_weights(network).items()}
            self.best, health.judgements_since_best = BestWeights(self.done, distance, weights), 0
        elif self.best and 0 < self.config.patience <= health.judgements_since_best and not self.is_over:
            health.stop_reason = f"no improvement since step {self.best.step}; stopped early at step {self.done}"
        return distance

    def roll_back(self, good: State, trouble: str) -> str:
        """Return to a good state with half the learning rates, or stop after MAX_ROLLBACKS. Return a message for users.

        Raises DataSetError if the run would stop without any good weights.
        """
        message, rollbacks = f"{trouble} at step {self.done}", self.health.rollbacks
        self.restore(good)
        self.health.rollbacks = rollbacks
        if rollbacks < MAX_ROLLBACKS:
            self.health.rollbacks += 1
            return f"{message}; back to step {self.done} with half the learning rates"
        message += f", after going back {MAX_ROLLBACKS} times"
        if self.best is None:
            raise DataSetError(f"{message}; start over with a lower --lr")
        self.health.stop_reason = f"{message}; stopped with the best weights, of step {self.best.step}"
        return self.health.stop_reason

    def restore(self, good: State) -> None:
        """Return to the state of a `snapshot`, except for the best weights, which are kept."""
        best = self.best
        # A copy, because optimisers take over the tensors they are given and change them.
        self.load_state_dict(_copy(good))
        self.best = best

    def find_nan(self) -> str | None:
        """Return in words whether weights or moments of the optimisers are infinite or NaN, or None.

        Reads from the device once.
        """
        gan = self.gan
        tensors = [*gan.generator.parameters(), *gan.discriminator.parameters()]
        for optimiser in gan.optimisers.values():
            tensors += [value for moments in optimiser.state.values() for value in moments.values()]
        # Infinity and NaN survive the sum.
        total = torch.stack([tensor.detach().float().sum().to(self.device) for tensor in tensors]).sum()
        return None if math.isfinite(float(total)) else "weights are NaN or infinite"

    def snapshot(self) -> State:
        """Return a copy of `state_dict` in main memory, which later steps do not change."""
        return {name: value if name == "best" else _copy(value) for name, value in self.state_dict().items()}

    def state_dict(self) -> State:
        """Return the state under its names in checkpoints: tensors and plain values, for `weights_only=True`."""
        gan = self.gan
        return {
            "config": train_config_to_json(self.config),
            "done": self.done,
            "health": self.health.state_dict(),
            "photos": self._photo_counts,
            "generator": stored_weights(gan.generator),
            "discriminator": gan.discriminator.state_dict(),
            "average": gan.ema.state_dict(),
            "pool": gan.pool.state_dict(),
            "optimisers": {_stored_name(name): optimiser.state_dict() for name, optimiser in gan.optimisers.items()},
            "crops": [crops.state_dict() for crops in self._crops],
            "toning_rng": self.degradation_rng.get_state(),
            "torch_rng": torch.get_rng_state(),
            "best": None if self.best is None else vars(self.best),
        }

    def load_state_dict(self, state: State) -> None:
        """Continue the run from which `state_dict` was taken. Raises DataSetError if its photos or networks differ."""
        gan = self.gan
        if state.get("photos") != self._photo_counts:
            raise DataSetError("the photos are not those that the run was started with; restore them, or start over")
        try:
            load_stored_weights(gan.generator, state["generator"])
            gan.discriminator.load_state_dict(state["discriminator"])
            gan.ema.load_state_dict(state["average"])
            for name, optimiser in gan.optimisers.items():
                optimiser.load_state_dict(state["optimisers"][_stored_name(name)])
            gan.pool.load_state_dict(state["pool"], self.device)
            for crops, stored in zip(self._crops, state["crops"], strict=True):
                crops.load_state_dict(stored)
            self.degradation_rng.set_state(state["toning_rng"])
            torch.set_rng_state(state["torch_rng"])
            self.done, self.health = int(state["done"]), Health.from_state(state["health"])
            self.best = None if state["best"] is None else BestWeights(**state["best"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise DataSetError(f"the run was started by another version of uegan ({error}); start over") from error

    @property
    def _crops(self) -> tuple[Crops, Crops, Crops]:
        return self.liked, self.raw, self.whole

    @property
    def _photo_counts(self) -> list[int]:
        return [len(self.liked.photos), len(self.raw.photos)]

    def _assess(self) -> Judgement:
        assert self.judge is not None
        with self.gan.autocast(self.device):
            return self.judge.assess(self.gan.ema.network)

    def _next(self, crops: Crops) -> Tensor:
        batch = crops.batch(self.photos_in_step(self.stage))
        return batch.to(self.device, memory_format=torch.channels_last, non_blocking=True)

    def _dropout_mask(self, count: int) -> Tensor:
        adaptive_map = self.gan.generator.look.adaptive_colour_map
        assert isinstance(adaptive_map, AdaptiveColourMap)
        return adaptive_map.dropout_mask(count, self.degradation_rng).to(self.device)

    def _set_learning_rates(self) -> None:
        for name, rate in learning_rates(self.config, self.done).items():
            for group in self.gan.optimisers[name].param_groups:
                group["lr"] = rate * self.health.rate_factor


def new_run(
    config: TrainConfig,
    generator: StyledGenerator,
    liked: Sequence[Tensor],
    raw: Sequence[Tensor],
    features: Features | None,
    device: torch.device,
    judge: Judge | None = None,
    degrade: Degradation | None = None,
    instant_look: FittedLook | None = None,
) -> TrainingRun:
    """Make a run before its first step. liked, raw: photos, 3 x H x W uint8. degrade: by default a ToneDegradation.

    Raises UsageError for a batch that the processes of the run cannot share.
    """
    distributed.check_batch(config.batch)
    torch.manual_seed(config.seed)
    precision = torch.bfloat16 if has_bfloat16(device) else torch.float32
    gan = build_gan(config, generator, Discriminator(config.generator.width), features, device, precision)
    return TrainingRun(
        config,
        gan,
        liked=Crops(liked, config.size, config.seed),
        raw=Crops(raw, config.size, config.seed + 1),
        whole=Crops(liked, WHOLE_PHOTO_SIDE, config.seed + 3, nearly_whole_crop),
        degradation_rng=torch.Generator().manual_seed(config.seed + 2),
        device=device,
        judge=judge,
        degrade=degrade or ToneDegradation(),
        instant_look=instant_look,
    )


def _stored_name(optimiser: str) -> str:
    """Return the name of an optimiser in checkpoints."""
    return STORED_STAGES["pretrain"] if optimiser == "pretrain" else optimiser


def _copy(value: Any) -> Any:
    """Copy nested tensors into main memory."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return [_copy(part) for part in value] if isinstance(value, list) else value
