"""What the user sees of a run while it goes on: a line, sample sheets every few minutes, and a page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..shared.output import Report, format_duration

if TYPE_CHECKING:
    from torch import nn

    from ...training.estimate import Pace
    from ...training.loop import Progress
    from ...training.run import Training
    from .page import Page
    from .samples import Samples
    from .tensorboard_log import Board

SHEET_SECONDS = 180.0


class Follower:
    """Tells of one run. pace: what was expected of it. board: TensorBoard, where it was asked for."""

    def __init__(
        self, training: Training, pace: Pace, samples: Samples, page: Page, board: Board | None, report: Report
    ) -> None:
        self.training, self.pace, self.report = training, pace, report
        self.samples, self.page, self.board = samples, page, board
        self.first, self.started = training.done, time.monotonic()

    def follow(self, progress: Iterator[Progress]) -> None:
        """Tell how the run goes until it ends or is stopped."""
        if self.first == 0:
            self._show_start()
        done, drawn = self.first, time.monotonic()
        with self.report.bar(self.training.steps, "photos", done, self.training.config.batch) as advance:
            for at in progress:
                advance(_in_short(at), at.step - done)
                done = at.step
                self._tell(at)
                if time.monotonic() - drawn > SHEET_SECONDS:
                    self._show(at)
                    drawn = time.monotonic()

    def _tell(self, at: Progress) -> None:
        if at.news:
            self.report.say(at.news)
        if self.board is not None:
            self.board.add(at)
        self.report.record(
            {
                "step": at.step,
                "steps": at.steps,
                "stage": at.stage,
                "losses": at.losses,
                "photos_per_second": at.rate,
                "distance": at.distance,
                "seconds_left": round(self._seconds_left(at), 1),
            }
        )

    def _show_start(self) -> None:
        """The first sheet, before any step."""
        if self.samples.captions:
            sheet, what = self.samples.draw("instant"), "the instant look"
        else:
            sheet, what = self.samples.draw(f"{0:07d}", self._network, "step 0"), "the start"
        if self.board is not None:
            self.board.show(0, sheet)
        self.report.say(f"{sheet}: {what}")

    def _show(self, at: Progress) -> None:
        """The photos as they would come out now."""
        sheet = self.samples.draw(f"{at.step:07d}", self._network, f"step {at.step}")
        if self.board is not None:
            self.board.show(at.step, sheet)
        self.page.write(f"Still learning: step {at.step} of {at.steps}.")
        self.report.say(
            f"step {at.step} of {at.steps}, {format_duration(self._seconds_left(at))} left{self._distance()};"
            f" {sheet.name}"
        )

    @property
    def _network(self) -> nn.Module:
        return self.training.players.average.network

    def _distance(self) -> str:
        """How near the run has come, once that is known."""
        best, first = self.training.best, self.training.health.first
        return "" if best is None or first is None else f": distance {best.distance:.2f}, at first {first:.2f}"

    def _seconds_left(self, at: Progress) -> float:
        """What was expected, by so much longer as it has taken longer so far: judgements, sheets and all."""
        config, taken = self.training.config, time.monotonic() - self.started
        left = self.pace.seconds(config, at.step)
        return taken * left / max(1e-9, self.pace.seconds(config, self.first) - left)


def _in_short(at: Progress) -> str:
    """What fits beside a bar: one loss for each side of the game."""
    names = {"generator": "G", "discriminator": "D", "undo": "undo"}
    told = [f"{short} {at.losses[name]:.2f}" for name, short in names.items() if name in at.losses]
    return "  ".join(told[:2])
