"""What the user sees of a run under way: a progress bar, and every few minutes a sample sheet, a page and a line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..shared.output import Report, format_duration

if TYPE_CHECKING:
    from torch import nn

    from ...training.estimate import Pace
    from ...training.loop import Progress
    from ...training.run import TrainingRun
    from .page import RunPage
    from .samples import SampleSheets
    from .tensorboard_log import TensorBoardLog

SHEET_SECONDS = 180.0
"""Time between sample sheets."""


class ProgressReporter:
    """Reports the progress of one run. pace: the estimate made before it. log: TensorBoard's, if asked for."""

    def __init__(
        self,
        run: TrainingRun,
        pace: Pace,
        sheets: SampleSheets,
        page: RunPage,
        log: TensorBoardLog | None,
        report: Report,
    ) -> None:
        self.run, self.pace, self.report = run, pace, report
        self.sheets, self.page, self.log = sheets, page, log
        self.first, self.started = run.done, time.monotonic()

    def follow(self, progress: Iterator[Progress]) -> None:
        """Run the steps behind `progress` and report them until the run ends or is stopped."""
        if self.first == 0:
            self._show_start()
        done, last_sheet = self.first, time.monotonic()
        with self.report.bar(self.run.steps, "photos", done, self.run.config.batch) as advance:
            for at in progress:
                advance(_short_losses(at), at.step - done)
                done = at.step
                self._record(at)
                if time.monotonic() - last_sheet > SHEET_SECONDS:
                    self._show(at)
                    last_sheet = time.monotonic()

    def _record(self, at: Progress) -> None:
        from ...training.config import STORED_STAGES

        if at.news:
            self.report.say(at.news)
        if self.log is not None:
            self.log.add(at)
        self.report.record(
            {
                "step": at.step,
                "steps": at.steps,
                "stage": STORED_STAGES[at.stage],
                "losses": at.losses,
                "photos_per_second": at.rate,
                "distance": at.distance,
                "seconds_left": round(self._seconds_left(at), 1),
            }
        )

    def _show_start(self) -> None:
        """Write the first sheet, before any step."""
        if self.sheets.captions:
            sheet, caption = self.sheets.write("instant"), "the instant look"
        else:
            sheet, caption = self.sheets.write(f"{0:07d}", self._network, "step 0"), "the start"
        if self.log is not None:
            self.log.add_sheet(0, sheet)
        self.report.say(f"{sheet}: {caption}")

    def _show(self, at: Progress) -> None:
        """Write a sheet of the photos as the run would enhance them now, and the page with it."""
        sheet = self.sheets.write(f"{at.step:07d}", self._network, f"step {at.step}")
        if self.log is not None:
            self.log.add_sheet(at.step, sheet)
        self.page.write(f"In progress: step {at.step} of {at.steps}.")
        left = format_duration(self._seconds_left(at))
        self.report.say(f"step {at.step} of {at.steps}, {left} left{self._distance()}; {sheet.name}")

    @property
    def _network(self) -> nn.Module:
        return self.run.gan.ema.network

    def _distance(self) -> str:
        """Return the best distance to the liked photos so far and the first one, once they are known."""
        best, first = self.run.best, self.run.health.first_distance
        return "" if best is None or first is None else f"; distance {best.distance:.2f}, at first {first:.2f}"

    def _seconds_left(self, at: Progress) -> float:
        """Scale the estimate by how much longer than estimated the steps so far took, with judging and sheets."""
        config, elapsed = self.run.config, time.monotonic() - self.started
        left = self.pace.seconds(config, at.step)
        return elapsed * left / max(1e-9, self.pace.seconds(config, self.first) - left)


def _short_losses(at: Progress) -> str:
    """Return two losses that fit beside the bar, the generator's and the discriminator's if there are both."""
    names = {"generator": "G", "discriminator": "D", "undo": "undo"}
    texts = [f"{short} {at.losses[name]:.2f}" for name, short in names.items() if name in at.losses]
    return "  ".join(texts[:2])
