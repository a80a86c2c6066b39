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
from ..look.styled_generator import StyledGenerator
from ..look_fitting.judge import Judge, Judgement
from ..losses.features import Features
from ..networks.discriminator import Discriminator
from ..styles.stored_names import load_stored_weights, stored_weights
from . import distributed
from .checkpoints import State
from .config import Stage, TrainConfig, train_config_to_json
from .data import Crops, nearly_whole
from .degradations import Spoil, ToningDown
from .health import ROLLBACKS, Best, Health, is_better
from .schedule import photos_in_step, place, rates
from .step import Losses, Players, adversarial_step, set_up, whole_step

WHOLE = 96
"""Side to which whole photos are squeezed, in pixels."""


@dataclass
class Training:
    """Everything that decides how a run goes on; `state_dict` keeps it all, so that a resumed run is the same run."""

    config: TrainConfig
    players: Players
    liked: Crops
    raw: Crops
    whole: Crops
    toning_rng: torch.Generator
    device: torch.device
    judge: Judge | None = None
    spoil: Spoil = field(default_factory=ToningDown)
    done: int = 0
    best: Best | None = None
    health: Health = field(default_factory=Health)

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(self.config.stages.values())

    @property
    def stage(self) -> Stage:
        """The one that the next step is of."""
        return place(self.config, self.done)[0]

    def photos(self, stage: Stage) -> int:
        """Photos of each kind that go into a step."""
        return photos_in_step(self.config, stage)

    @property
    def to_be_judged(self) -> bool:
        """Whether there is an adversary now, against which the judge is needed; before, the answers are known."""
        return self.judge is not None and self.stage == "learn"

    @property
    def over(self) -> bool:
        """Whether the run has come to its end, be it early."""
        return self.done >= self.steps or self.health.ended is not None

    def step(self) -> Losses:
        """One step of the stage the run is in."""
        config, players = self.config, self.players
        self._set_learning_rates()
        share = distributed.share
        if self.stage == "whole":
            liked = self._next(self.whole)
            spoilt, dropped = self.spoil(liked, self.toning_rng), self._dropout(len(liked))
            losses = whole_step(players, share(liked), share(spoilt), share(dropped))
        else:
            liked = self._next(self.liked)
            undone = config.weights.undo and self.done % config.undo_every == 0
            toned = share(self.spoil(liked, self.toning_rng)) if undone else None
            losses = adversarial_step(players, config, share(self._next(self.raw)), share(liked), toned)
        self.done += 1
        return losses

    def judge_now(self) -> float:
        """The distance of the averaged weights' results from the liked photos; the best are remembered.

        Those of the first step only where they are a look, the instant one. The run ends when they have not become
        better for as many judgements as the configuration has patience for.
        """
        health, network = self.health, self.players.average.network
        verdict = distributed.from_first(self._verdict)
        distance, most_change = verdict.distance, self.judge.max_content_change if self.judge else 0.0
        health.stale += 1
        if health.first is None:
            health.first = distance
            if self.done == 0 and not self.config.instant:
                return distance
        if is_better(verdict, self.best, most_change):
            weights = {name: tensor.cpu().clone() for name, tensor in stored_weights(network).items()}
            self.best, health.stale = Best(self.done, distance, weights), 0
        elif self.best and 0 < self.config.patience <= health.stale and not self.over:
            health.ended = f"no nearer to the liked photos since step {self.best.step}: ended at step {self.done}"
        return distance

    def go_back(self, good: State, trouble: str) -> str:
        """Return to a good state with half the learning rates, or end the run after the third time; says which.

        Raises DataSetError where the run ends without any weights that were found good.
        """
        said, rollbacks = f"{trouble} at step {self.done}", self.health.rollbacks
        self.return_to(good)
        self.health.rollbacks = rollbacks
        if rollbacks < ROLLBACKS:
            self.health.rollbacks += 1
            return f"{said}; back to step {self.done}, with half the learning rates"
        said += f", again after going back {ROLLBACKS} times"
        if self.best is None:
            raise DataSetError(f"{said}; start anew with a lower --lr")
        self.health.ended = f"{said}; ended with the best so far, of step {self.best.step}"
        return self.health.ended

    def return_to(self, good: State) -> None:
        """Be as when `snapshot` was taken, but for the best weights: they stay the best."""
        best = self.best
        # Copied: optimisers take tensors over as they are and go on in them.
        self.load_state_dict(_copied(good))
        self.best = best

    def lost_numbers(self) -> str | None:
        """In words, whether weights or what the optimisers remember are no longer numbers. One look at the device."""
        players = self.players
        tensors = [*players.generator.parameters(), *players.discriminator.parameters()]
        for optimiser in players.optimisers.values():
            tensors += [value for memory in optimiser.state.values() for value in memory.values()]
        # What is not finite makes the sum so.
        total = torch.stack([tensor.detach().float().sum().to(self.device) for tensor in tensors]).sum()
        return None if math.isfinite(float(total)) else "the weights are no longer numbers"

    def snapshot(self) -> State:
        """`state_dict`, copied into main memory: what comes after does not change it."""
        return {name: value if name == "best" else _copied(value) for name, value in self.state_dict().items()}

    @property
    def _crops(self) -> tuple[Crops, Crops, Crops]:
        return self.liked, self.raw, self.whole

    def _verdict(self) -> Judgement:
        assert self.judge is not None
        precision = self.players.precision
        with torch.autocast(self.device.type, precision, enabled=precision != torch.float32):
            return self.judge.assess(self.players.average.network)

    def _next(self, crops: Crops) -> Tensor:
        batch = crops.batch(self.photos(self.stage))
        return batch.to(self.device, memory_format=torch.channels_last, non_blocking=True)

    def _dropout(self, count: int) -> Tensor:
        transport = self.players.generator.look.adaptive_colour_map
        assert isinstance(transport, AdaptiveColourMap)
        return transport.dropout_mask(count, self.toning_rng).to(self.device)

    def _set_learning_rates(self) -> None:
        for name, rate in rates(self.config, self.done).items():
            for group in self.players.optimisers[name].param_groups:
                group["lr"] = rate * self.health.caution

    def state_dict(self) -> State:
        """Tensors and plain values only, so that it loads with `weights_only=True`."""
        players = self.players
        return {
            "config": train_config_to_json(self.config),
            "done": self.done,
            "health": dict(vars(self.health)),
            "photos": [len(self.liked.photos), len(self.raw.photos)],
            "generator": stored_weights(players.generator),
            "discriminator": players.discriminator.state_dict(),
            "average": players.average.state_dict(),
            "pool": players.pool.state_dict(),
            "optimisers": {name: optimiser.state_dict() for name, optimiser in players.optimisers.items()},
            "crops": [crops.state_dict() for crops in self._crops],
            "toning_rng": self.toning_rng.get_state(),
            "torch_rng": torch.get_rng_state(),
            "best": None if self.best is None else vars(self.best),
        }

    def load_state_dict(self, state: State) -> None:
        """Go on where `state_dict` was taken. Raises DataSetError where that was with other photos or networks."""
        players = self.players
        if state.get("photos") != [len(self.liked.photos), len(self.raw.photos)]:
            raise DataSetError("the run was begun with other photos than there are now; put them back or start anew")
        try:
            load_stored_weights(players.generator, state["generator"])
            players.discriminator.load_state_dict(state["discriminator"])
            players.average.load_state_dict(state["average"])
            for name, optimiser in players.optimisers.items():
                optimiser.load_state_dict(state["optimisers"][name])
            players.pool.load_state_dict(state["pool"], self.device)
            for crops, known in zip(self._crops, state["crops"], strict=True):
                crops.load_state_dict(known)
            self.toning_rng.set_state(state["toning_rng"])
            torch.set_rng_state(state["torch_rng"])
            self.done, self.health = int(state["done"]), Health(**state["health"])
            self.best = None if state["best"] is None else Best(**state["best"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise DataSetError(f"the run was begun by another version of uegan ({error}); start anew") from error


def prepare(
    config: TrainConfig,
    generator: StyledGenerator,
    liked: Sequence[Tensor],
    raw: Sequence[Tensor],
    features: Features | None,
    device: torch.device,
    judge: Judge | None = None,
    spoil: Spoil | None = None,
) -> Training:
    """A run at its first step. liked, raw: photos as 3 x H x W uint8. Without a judge the last weights are the best.

    spoil: what makes the copies of liked photos that are to be undone; they are toned down where nothing else is said.

    Raises UsageError for a batch that cannot be shared by the processes there are.
    """
    distributed.check_batch(config.batch)
    torch.manual_seed(config.seed)
    precision = torch.bfloat16 if has_bfloat16(device) else torch.float32
    players = set_up(config, generator, Discriminator(config.generator.width), features, device, precision)
    return Training(
        config,
        players,
        Crops(liked, config.size, config.seed),
        Crops(raw, config.size, config.seed + 1),
        Crops(liked, WHOLE, config.seed + 3, nearly_whole),
        torch.Generator().manual_seed(config.seed + 2),
        device,
        judge,
        spoil or ToningDown(),
    )


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value
