"""How long a run will take, from a few real steps of a run that is thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from torch import Tensor

from ..look_fitting.shrunk_photo import enhance_shrunk
from . import distributed
from .config import Stage, TrainConfig
from .loop import JUDGE_EVERY
from .run import Training

SECONDS, TIMES = 6.0, 8
"""Work is timed for so long, and no more than so often."""

LONG = 20.0
"""Seconds from which a first time is all that is waited for, though it is slower than those to come."""


@dataclass(frozen=True)
class Pace:
    """step: seconds that a step of each stage takes, the judge's share included."""

    step: Mapping[Stage, float]

    def seconds(self, config: TrainConfig, done: int = 0) -> float:
        """Time that a run needs from step `done` to its last."""
        seconds = 0.0
        for stage, steps in config.stages.items():
            left = max(0, steps - done)
            seconds += left * self.step[stage]
            done = max(0, done - steps)
        return seconds


def measure(rehearsal: Training, judged: int) -> Pace:
    """The pace of a run that is judged by so many photos; the rehearsal is of no use afterwards."""
    config, network, photo = rehearsal.config, rehearsal.players.average.network, rehearsal.raw.photos[0]

    def seconds_a_step(at: int, kinds: int) -> float:
        def steps() -> Tensor:
            rehearsal.done = at
            losses = [rehearsal.step() for _ in range(kinds)]
            return next(iter(losses[-1].values()))

        return _seconds(steps) / kinds

    judgement, done, pace = judged * _seconds(lambda: enhance_shrunk(network, photo)), 0, {}
    for stage, steps in config.stages.items():
        kinds = min(steps, config.undo_every if stage == "learn" else 1)
        pace[stage] = seconds_a_step(done, kinds) + judgement / JUDGE_EVERY if steps else 0.0
        done += steps
    return Pace(pace)


def _seconds(work: Callable[[], Tensor]) -> float:
    """The first time may take ten times as long as those to come; it counts only where there is no other."""
    times: list[float] = []

    def go_on() -> bool:
        first, others = times[:1], times[1:]
        return not first or (first[0] < LONG and sum(others) < SECONDS and len(times) < TIMES)

    # All processes of a run stop at the same time.
    while any(distributed.any_of(go_on())):
        begun = time.perf_counter()
        # Looking at a value waits for the device.
        work().sum().item()
        times.append(time.perf_counter() - begun)
    return median(times[1:] or times)
