"""Whether a run is well: which weights are its best, and what is a reason to go back or to end."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from ..look_fitting.judge import Judgement

ROLLBACKS = 3
"""A run that goes wrong once more than this ends."""

NEAR_ZERO = 0.5
"""A discriminator's loss that leaves the generator nothing to learn from; 10 is undecided."""

FAR = 0.5
"""A distance this much beyond twice the first one is lost."""

WORTH = 0.93
"""A distance that is hardly less may be so by chance, and is no reason to take other weights."""

LONG = 200
"""Steps for which the discriminator may win."""


@dataclass(frozen=True)
class Best:
    """The averaged weights that came nearest to the liked photos so far."""

    step: int
    distance: float
    weights: dict[str, Tensor]


def is_better(verdict: Judgement, best: Best | None, most_change: float) -> bool:
    """The rule by which weights are chosen: the nearest that leave the content as it is. `best`: those before."""
    keeps = verdict.content_change <= most_change
    return keeps and math.isfinite(verdict.distance) and (best is None or verdict.distance < WORTH * best.distance)


def not_numbers(losses: dict[str, float]) -> str | None:
    """In words, which loss is infinite or not a number; None where none is."""
    lost = [name for name, value in losses.items() if not math.isfinite(value)]
    return f"the {lost[0]} loss is no longer a number" if lost else None


@dataclass
class Health:
    """What a run remembers of how it went; part of its state.

    first: the judge's distance before the first step. stale: judgements since the best. won: steps for
    which the discriminator's loss has been near zero. ended: why the run is over before its last step.
    """

    first: float | None = None
    stale: int = 0
    won: int = 0
    rollbacks: int = 0
    ended: str | None = None

    @property
    def caution(self) -> float:
        """What the learning rates are multiplied by: a half for every time the run went back."""
        return 0.5**self.rollbacks

    def collapse(self, losses: dict[str, float], steps: int, distance: float | None) -> str | None:
        """In words, whether the game is lost after so many more steps with these mean losses; None where it is not."""
        self.won = self.won + steps if losses.get("discriminator", math.inf) < NEAR_ZERO else 0
        if self.won >= LONG:
            return f"the discriminator has won: nothing to learn from it for {self.won} steps"
        if distance is not None and self.first is not None and not distance <= 2 * self.first + FAR:
            return f"the results have left the liked photos behind: distance {distance:.2f}, {self.first:.2f} at first"
        return None
