"""How long a run will take, from a few real steps of a run that is thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from torch import Tensor

from ..config import TrainConfig
from . import distributed
from .content import enhance_small
from .loop import JUDGE_EVERY
from .training import Training

SECONDS, TIMES = 6.0, 8
"""Work is timed for so long, and no more than so often, but once in any case."""


@dataclass(frozen=True)
class Pace:
    """Seconds that a step of either stage takes, the judge's share included."""

    undo: float
    learn: float

    def seconds(self, config: TrainConfig, done: int = 0) -> float:
        """Time that a run needs from step `done` to its last."""
        undo = max(0, config.undo_steps - done)
        return undo * self.undo + (config.undo_steps + config.steps - done - undo) * self.learn


def measure(rehearsal: Training, judged: int) -> Pace:
    """The pace of a run that is judged by so many photos; the rehearsal is of no use afterwards."""
    config, network, photo = rehearsal.config, rehearsal.players.average.network, rehearsal.raw.photos[0]

    def seconds_a_step(at: int) -> float:
        def step() -> Tensor:
            rehearsal.done = at
            return next(iter(rehearsal.step().values()))

        return _seconds(step)

    judgement = judged * _seconds(lambda: enhance_small(network, photo))
    undo = seconds_a_step(0) if config.undo_steps else 0.0
    learn = seconds_a_step(config.undo_steps)
    return Pace(undo + judgement / JUDGE_EVERY, learn + judgement / JUDGE_EVERY)


def _seconds(work: Callable[[], Tensor]) -> float:
    """The first time is slower than those to come, and counts only where there is no other."""
    times: list[float] = []
    # All processes of a run stop at the same time.
    while any(distributed.any_of(sum(times) < SECONDS and len(times) < TIMES)):
        begun = time.perf_counter()
        # Looking at a value waits for the device.
        work().sum().item()
        times.append(time.perf_counter() - begun)
    return median(times[1:] or times)
