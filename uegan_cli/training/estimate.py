"""The time that a run will take, measured on a few steps of a rehearsal, a run that is discarded."""

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
from .run import TrainingRun

MAX_TIMING_SECONDS = 6.0
"""For one kind of work, besides the first time it is done."""

MAX_REPEATS = 8

SLOW_SECONDS = 20.0
"""Work whose first time takes longer is not repeated, though a first time is slower than later ones."""


@dataclass(frozen=True)
class Pace:
    """seconds_per_step: for each stage, with its share of the judgements."""

    seconds_per_step: Mapping[Stage, float]

    def seconds(self, config: TrainConfig, done: int = 0) -> float:
        """Return the time that a run needs from step `done` to its last."""
        seconds = 0.0
        for stage, steps in config.stages.items():
            left = max(0, steps - done)
            seconds += left * self.seconds_per_step[stage]
            done = max(0, done - steps)
        return seconds


def measure_pace(rehearsal: TrainingRun, judged: int) -> Pace:
    """Measure the pace of a run that is judged by `judged` photos. The rehearsal cannot be used afterwards."""
    config, network, photo = rehearsal.config, rehearsal.gan.ema.network, rehearsal.raw.photos[0]

    def seconds_per_step(first: int, period: int) -> float:
        def steps() -> Tensor:
            rehearsal.done = first
            losses = [rehearsal.step() for _ in range(period)]
            return next(iter(losses[-1].values()))

        return _time(steps) / period

    judgement, done, pace = judged * _time(lambda: enhance_shrunk(network, photo)), 0, {}
    for stage, steps in config.stages.items():
        # Steps with and without degraded copies take turns.
        period = min(steps, config.undo_every if stage == "adversarial" else 1)
        pace[stage] = seconds_per_step(done, period) + judgement / JUDGE_EVERY if steps else 0.0
        done += steps
    return Pace(pace)


def _time(work: Callable[[], Tensor]) -> float:
    """Return the median time of the work in seconds, without the first time if there are others.

    The first time may take ten times as long as later ones.
    """
    times: list[float] = []

    def is_enough() -> bool:
        first, others = times[:1], times[1:]
        return bool(first) and (
            first[0] >= SLOW_SECONDS or sum(others) >= MAX_TIMING_SECONDS or len(times) >= MAX_REPEATS
        )

    # All processes of a run stop at the same time.
    while any(distributed.any_process(not is_enough())):
        started = time.perf_counter()
        # Reading a value waits for the device.
        work().sum().item()
        times.append(time.perf_counter() - started)
    return median(times[1:] or times)
