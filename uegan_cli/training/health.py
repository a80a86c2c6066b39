"""Whether a run goes well: which of its weights are the best, and when it must go back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..look_fitting.judge import Judgement

MAX_ROLLBACKS = 3
"""A run that goes wrong once more ends."""

WON_LOSS = 0.5
"""Discriminator loss below which the generator has nothing to learn from; 10 is a guess."""

MAX_WON_STEPS = 200
"""Steps for which the discriminator's loss may stay below WON_LOSS."""

DIVERGED_MARGIN = 0.5
"""A run has diverged at a distance of twice the first one and this much more."""

IMPROVEMENT_FACTOR = 0.93
"""Weights are better at this many times the distance of the best; a smaller improvement may be chance."""

_STORED = {"first_distance": "first", "judgements_since_best": "stale", "won_steps": "won", "stop_reason": "ended"}
"""Fields of Health that have another name in checkpoints."""


@dataclass(frozen=True)
class BestWeights:
    """The averaged weights, under stored names, with the smallest distance to the liked photos so far."""

    step: int
    distance: float
    weights: dict[str, Tensor]


def is_better(judgement: Judgement, best: BestWeights | None, max_content_change: float) -> bool:
    """Decide whether weights are better than the best so far: closer to the liked photos, with the content kept."""
    keeps = judgement.content_change <= max_content_change
    closer = best is None or judgement.distance < IMPROVEMENT_FACTOR * best.distance
    return keeps and math.isfinite(judgement.distance) and closer


def find_nan(losses: dict[str, float]) -> str | None:
    """Return which loss is infinite or NaN, in words, or None."""
    lost = [name for name, value in losses.items() if not math.isfinite(value)]
    return f"the {lost[0]} loss is NaN or infinite" if lost else None


@dataclass
class Health:
    """The history of a run as far as it decides what comes next; part of its state.

    first_distance: to the liked photos, before the first step. won_steps: for which the discriminator's loss has been
    below WON_LOSS. stop_reason: why the run ended before its last step.
    """

    first_distance: float | None = None
    judgements_since_best: int = 0
    won_steps: int = 0
    rollbacks: int = 0
    stop_reason: str | None = None

    @property
    def rate_factor(self) -> float:
        """Factor for the learning rates: a half for every rollback."""
        return 0.5**self.rollbacks

    def find_collapse(self, losses: dict[str, float], steps: int, distance: float | None) -> str | None:
        """Count `steps` more steps with these mean losses. Return why the run has collapsed, in words, or None."""
        self.won_steps = self.won_steps + steps if losses.get("discriminator", math.inf) < WON_LOSS else 0
        if self.won_steps >= MAX_WON_STEPS:
            return f"the discriminator has won: its loss has been near zero for {self.won_steps} steps"
        first = self.first_distance
        if distance is not None and first is not None and not distance <= 2 * first + DIVERGED_MARGIN:
            return f"the results move away from the liked photos: distance {distance:.2f}, at first {first:.2f}"
        return None

    def state_dict(self) -> dict[str, Any]:
        """Return all fields under their names in checkpoints."""
        return {_STORED.get(name, name): value for name, value in vars(self).items()}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Health:
        """Invert `state_dict`. Raises TypeError for unknown fields."""
        names = {stored: name for name, stored in _STORED.items()}
        return cls(**{names.get(name, name): value for name, value in state.items()})
