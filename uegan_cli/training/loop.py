"""The training loop: steps, reports, judgements and checkpoints, until the run is over or stopped."""

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
from . import distributed
from .checkpoints import State, save_best, save_checkpoint
from .config import STORED_STAGES, Stage
from .health import find_nan
from .metrics import append_metrics, truncate_metrics
from .run import TrainingRun
from .run_folder import make_folder
from .step import Losses

JUDGE_EVERY = 50
"""Steps between two judgements."""


@dataclass(frozen=True)
class Progress:
    """A run after a step.

    losses: means since the last report. rate: photos of each kind per second. distance: to the liked photos, after a
    judgement. news: a message for the user when the run went back or stopped early.
    """

    step: int
    steps: int
    stage: Stage
    losses: dict[str, float]
    rate: float
    distance: float | None = None
    news: str | None = None


def train(
    run: TrainingRun,
    folder: Path,
    report_every: int = 10,
    report_seconds: float = 5.0,
    judge_every: int = JUDGE_EVERY,
    save_every: int = 500,
    save_seconds: float = 120.0,
    stop: Event | None = None,
) -> Iterator[Progress]:
    """Train until the run is over, with `metrics.jsonl` and checkpoints in `folder`; yield a report every few steps.

    Reports come after `report_every` steps or `report_seconds`, and before anything below. Every `judge_every` steps
    and after each stage the run is checked: in the adversarial stage the judge measures its distance (also before the
    first step), and if all is well the state is kept as good. A run that goes wrong returns to its last good state.
    Checkpoints are written after `save_every` steps or `save_seconds`, and at the end. If `stop` is set or the iterator
    closed, the step under way is finished and a checkpoint written; any other end saves the last good state.

    Raises DataSetError if the run keeps going wrong, OutputError if the folder cannot be written.
    """
    stop, stopped = stop or Event(), False
    files, window = _RunFiles(run, folder, save_every, save_seconds), _Window(run)
    try:
        while not (run.is_over or stopped):
            if run.judge is not None and run.health.first_distance is None:
                run.judge_now()
            window.step()
            stopped, due, late = distributed.any_process(
                stop.is_set(), files.are_due(), window.seconds >= report_seconds
            )
            check = run.done % judge_every == 0 or run.stage != window.stage or run.is_over
            if window.steps < report_every and not (check or stopped or due or late):
                continue
            progress, trouble = _review(window, check)
            if trouble:
                news = run.roll_back(files.good, trouble)
                progress = Progress(run.done, run.steps, run.stage, {}, progress.rate, news=news)
                files.truncate_metrics()
            else:
                files.append_metrics(progress)
                if check and not run.health.won_steps:
                    files.good = run.snapshot()
            if due or stopped or trouble or run.is_over:
                files.save()
            yield progress
            window = _Window(run)
    except GeneratorExit:
        files.save_alone(run.state_dict())
        raise
    except OutputError:
        raise
    except BaseException:
        # In the middle of a step the parts of the state do not belong together.
        files.save_alone(files.good)
        raise


class _Window:
    """The steps since the last report. Where the stage changes, only the losses of the new one are kept."""

    def __init__(self, run: TrainingRun) -> None:
        self.run = run
        self.first, self.started, self.stage = run.done, time.monotonic(), run.stage
        self.losses: list[Losses] = []

    def step(self) -> None:
        """Do a step of the run."""
        if self.stage != self.run.stage:
            self.stage, self.losses = self.run.stage, []
        with enough_memory(self.run.device, "training", "start over with a smaller --batch or --size"):
            self.losses.append(self.run.step())

    @property
    def steps(self) -> int:
        return self.run.done - self.first

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def rate(self) -> float:
        """Return the photos of each kind per second."""
        return self.steps * self.run.photos_in_step(self.stage) / max(self.seconds, 1e-9)

    def mean_losses(self) -> dict[str, float]:
        """Return the mean of each loss over the steps that had it, and over all processes."""
        names = list(dict.fromkeys(name for losses in self.losses for name in losses))
        means = [torch.stack([losses[name] for losses in self.losses if name in losses]).mean() for name in names]
        return dict(zip(names, distributed.average(torch.stack(means)).tolist(), strict=True))


class _RunFiles:
    """Metrics and checkpoints, written by the first process of the run; and the last good state, in memory."""

    def __init__(self, run: TrainingRun, folder: Path, save_every: int, save_seconds: float) -> None:
        self.run, self.folder, self.save_every, self.save_seconds = run, folder, save_every, save_seconds
        self.step, self.time, self.best = run.done, time.monotonic(), run.best
        self.good = run.snapshot()
        if distributed.is_first():
            make_folder(folder)
        self.truncate_metrics()

    def truncate_metrics(self) -> None:
        """Drop the metrics of steps that the run has gone back on."""
        if distributed.is_first():
            truncate_metrics(self.folder, self.run.done)

    def append_metrics(self, progress: Progress) -> None:
        if distributed.is_first():
            append_metrics(self.folder, _metrics(progress, self.run))

    def are_due(self) -> bool:
        """Whether it is time for a checkpoint."""
        enough_steps = self.run.done - self.step >= self.save_every
        return (enough_steps or time.monotonic() - self.time >= self.save_seconds) and distributed.is_first()

    def save(self) -> None:
        """Write a checkpoint. The other processes wait, so that none ends before it is written."""
        state = self.run.state_dict()
        distributed.from_first(lambda: self._write(state))
        self.step, self.time, self.best = self.run.done, time.monotonic(), self.run.best

    def save_alone(self, state: State) -> None:
        """Write a state that is newer than the last checkpoint, without waiting: the other processes may be gone."""
        if distributed.is_first() and state["done"] > self.step:
            self._write({**state, "best": self.run.state_dict()["best"]})

    def _write(self, state: State) -> None:
        if self.run.best is not self.best:
            save_best(state, self.folder)
        save_checkpoint(state, self.folder)


def _review(window: _Window, check: bool) -> tuple[Progress, str | None]:
    """Return the report on the steps of the window, and what is wrong, in words, or None. check: ask the judge, too."""
    run, losses, rate, stage = window.run, window.mean_losses(), window.rate(), window.stage
    trouble, distance = find_nan(losses) or run.find_nan(), None
    if check and run.is_judged and not trouble:
        distance = run.judge_now()
    trouble = trouble or run.health.find_collapse(losses, window.steps, distance)
    news = run.health.stop_reason if distance is not None else None
    return Progress(run.done, run.steps, stage, losses, rate, distance, news), trouble


def _metrics(progress: Progress, run: TrainingRun) -> dict[str, Any]:
    """Return the line of `metrics.jsonl` for a report."""
    line: dict[str, Any] = {"step": progress.step, "stage": STORED_STAGES[progress.stage]}
    line["photos_per_second"] = round(progress.rate, 3)
    line |= {name: round(value, 6) for name, value in progress.losses.items()}
    if progress.distance is not None:
        line["distance"] = round(progress.distance, 4)
    if run.health.rollbacks:
        line["rollbacks"] = run.health.rollbacks
    return line
