"""The training loop: steps, reports, the judge's visits and checkpoints, until the run is over or stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import torch

from ..enhancement.devices import enough_memory
from ..errors import OutputError
from . import distributed, metrics
from .checkpoints import State, save, save_best
from .config import Stage
from .health import not_numbers
from .run import Training
from .run_folder import make
from .step import Losses

JUDGE_EVERY = 50
"""Steps after which a run is looked at closely."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands after a step.

    losses: means since the previous report. rate: photos of each kind a second. distance: the judge's, when asked.
    news: one line for the user, where the run went back or ended early.
    """

    step: int
    steps: int
    stage: Stage
    losses: dict[str, float]
    rate: float
    distance: float | None = None
    news: str | None = None


def run(
    training: Training,
    folder: Path,
    report_every: int = 10,
    report_seconds: float = 5.0,
    judge_every: int = JUDGE_EVERY,
    save_every: int = 500,
    save_seconds: float = 120.0,
    stop: Event | None = None,
) -> Iterator[Progress]:
    """Train until the run is over, writing `metrics.jsonl` and checkpoints into `folder`; yields every few steps.

    Reports come after `report_every` steps or `report_seconds`, and wherever something else is due.
    Every `judge_every` steps and after each stage the run is looked at closely: where there is an adversary the judge
    is asked (and once before the first step), and where all is well the state is remembered. A run that goes wrong
    returns to that state.
    Checkpoints are written after `save_every` steps or `save_seconds`, and at the end. Setting `stop`, or closing the
    iterator, ends the run after the step in hand, with a checkpoint; whatever else ends it leaves the good state.

    Raises DataSetError when the run goes wrong again and again, OutputError when the folder cannot be written.
    """
    stop, stopped = stop or Event(), False
    files, window = _Files(training, folder, save_every, save_seconds), _Window(training)
    try:
        while not (training.over or stopped):
            if training.judge is not None and training.health.first is None:
                training.judge_now()
            window.step()
            stopped, due, late = distributed.any_of(stop.is_set(), files.is_due(), window.seconds >= report_seconds)
            closely = training.done % judge_every == 0 or training.stage != window.stage or training.over
            if window.steps < report_every and not (closely or stopped or due or late):
                continue
            progress, trouble = _look_back(window, closely)
            if trouble:
                news = training.go_back(files.good, trouble)
                progress = Progress(training.done, training.steps, training.stage, {}, progress.rate, news=news)
                files.cut()
            else:
                files.add(progress)
                if closely and not training.health.won:
                    files.good = training.snapshot()
            if due or stopped or trouble or training.over:
                files.save()
            yield progress
            window = _Window(training)
    except GeneratorExit:
        files.save_alone(training.state_dict())
        raise
    except OutputError:
        raise
    except BaseException:
        # In the midst of a step nothing fits together.
        files.save_alone(files.good)
        raise


class _Window:
    """The steps since the last report, all of one stage or of the last where it changed."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.since, self.started, self.stage = training.done, time.monotonic(), training.stage
        self.losses: list[Losses] = []

    def step(self) -> None:
        if self.stage != self.training.stage:
            self.stage, self.losses = self.training.stage, []
        with enough_memory(self.training.device, "training", "start anew with a smaller --batch or --size"):
            self.losses.append(self.training.step())

    @property
    def steps(self) -> int:
        return self.training.done - self.since

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def rate(self) -> float:
        """Photos of each kind a second."""
        return self.steps * self.training.photos(self.stage) / max(self.seconds, 1e-9)

    def means(self) -> dict[str, float]:
        """Of each loss over the steps that had it."""
        names = list(dict.fromkeys(name for losses in self.losses for name in losses))
        means = [torch.stack([losses[name] for losses in self.losses if name in losses]).mean() for name in names]
        return dict(zip(names, distributed.average(torch.stack(means)).tolist(), strict=True))


class _Files:
    """What a run leaves in its folder, by the first of its processes; and the state that it can go back to."""

    def __init__(self, training: Training, folder: Path, every: int, seconds: float) -> None:
        self.training, self.folder, self.every, self.seconds = training, folder, every, seconds
        self.step, self.time, self.best = training.done, time.monotonic(), training.best
        self.good = training.snapshot()
        if distributed.is_first():
            make(folder)
        self.cut()

    def cut(self) -> None:
        if distributed.is_first():
            metrics.cut(self.folder, self.training.done)

    def add(self, progress: Progress) -> None:
        if distributed.is_first():
            metrics.append(self.folder, _line(progress, self.training))

    def is_due(self) -> bool:
        late = self.training.done - self.step >= self.every or time.monotonic() - self.time >= self.seconds
        return late and distributed.is_first()

    def save(self) -> None:
        """The other processes wait: none is to end before the state is written."""
        state = self.training.state_dict()
        distributed.from_first(lambda: self._write(state))
        self.step, self.time, self.best = self.training.done, time.monotonic(), self.training.best

    def save_alone(self, state: State) -> None:
        """A state that is newer than what was written; nobody waits, for the others may be gone."""
        if distributed.is_first() and state["done"] > self.step:
            self._write({**state, "best": self.training.state_dict()["best"]})

    def _write(self, state: State) -> None:
        if self.training.best is not self.best:
            save_best(state, self.folder)
        save(state, self.folder)


def _look_back(window: _Window, closely: bool) -> tuple[Progress, str | None]:
    """How the steps since the last report went, and what is wrong in words, if anything is."""
    training, losses, rate, stage = window.training, window.means(), window.rate(), window.stage
    trouble, distance = not_numbers(losses) or training.lost_numbers(), None
    if closely and training.to_be_judged and not trouble:
        distance = training.judge_now()
    trouble = trouble or training.health.collapse(losses, window.steps, distance)
    news = training.health.ended if distance is not None else None
    return Progress(training.done, training.steps, stage, losses, rate, distance, news), trouble


def _line(progress: Progress, training: Training) -> dict[str, Any]:
    """What `metrics.jsonl` keeps of a report."""
    line: dict[str, Any] = {"step": progress.step, "stage": progress.stage}
    line["photos_per_second"] = round(progress.rate, 3)
    line |= {name: round(value, 6) for name, value in progress.losses.items()}
    if progress.distance is not None:
        line["distance"] = round(progress.distance, 4)
    if training.health.rollbacks:
        line["rollbacks"] = training.health.rollbacks
    return line
