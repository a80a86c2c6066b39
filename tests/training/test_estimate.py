"""The estimate times both stages, their two kinds of steps and the judge, and leaves the run as it would have been."""

from __future__ import annotations

from typing import get_args

import pytest
import torch

from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.training import estimate
from uegan_cli.training.config import Stage, TrainConfig
from uegan_cli.training.data import TrainingPhotos
from uegan_cli.training.estimate import Pace, measure_pace
from uegan_cli.training.run import TrainingRun
from uegan_cli.training.start import make_rehearsal, start_run

from .tiny import photos, tensors, tiny_run

CPU = torch.device("cpu")
GENERATOR = StyledGeneratorConfig(width=2, attention="prenorm", adaptive=True)
CONFIG = TrainConfig(GENERATOR, size=96, batch=2, pretrain_steps=2, steps=4, pool_size=2, instant=False)


class FakeClock:
    """In the place of `time` in the estimate: advances only when fake work says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def advance(self, seconds: float) -> dict[str, torch.Tensor]:
        """Advance; return the losses of a step that does nothing."""
        self.now += seconds
        return {"loss": torch.zeros(())}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock()
    monkeypatch.setattr(estimate, "time", fake)
    return fake


def fake_steps(seconds: float, stage: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of this stage take so long and do nothing, and steps of the other take no time at all."""
    monkeypatch.setattr(TrainingRun, "step", lambda self: clock.advance(seconds if self.stage == stage else 0))


def test_a_rehearsal_does_not_change_the_run() -> None:
    """Every tensor after five steps of both stages is the same, with and without a rehearsal."""
    both, states = TrainingPhotos(photos(0), photos(1)), []
    for rehearsed in (False, True):
        if rehearsed:
            measure_pace(make_rehearsal(CONFIG, both, None, CPU), 4)
        run = start_run(CONFIG, both, None, CPU)
        for _ in range(5):
            run.step()
        states.append(run.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(*map(tensors, states), strict=True))


@pytest.mark.parametrize("stage", get_args(Stage))
def test_each_stage_has_its_own_pace(stage: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_steps(0.3, stage, clock, monkeypatch)
    expected = {one: 0.3 * (one == stage) for one in get_args(Stage)}
    assert measure_pace(tiny_run(), 0).seconds_per_step == pytest.approx(expected)


def test_steps_with_and_without_degraded_copies_are_averaged(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_at_even_steps(self: TrainingRun) -> dict[str, torch.Tensor]:
        self.done += 1
        return clock.advance(0 if self.done % 2 == 0 else 0.3)

    monkeypatch.setattr(TrainingRun, "step", slow_at_even_steps)
    pace = measure_pace(tiny_run(pretrain_steps=0, undo_every=2), 0)
    assert pace.seconds_per_step["adversarial"] == pytest.approx(0.15)


def test_a_stage_without_steps_takes_no_time() -> None:
    assert measure_pace(tiny_run(pretrain_steps=0), 0).seconds_per_step["pretrain"] == 0


def test_the_judge_counts(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "enhance_shrunk", lambda *_: clock.advance(0.1)["loss"])
    fake_steps(0.0, "adversarial", clock, monkeypatch)
    pace = measure_pace(tiny_run(), 5 * estimate.JUDGE_EVERY)
    assert pace.seconds_per_step["adversarial"] == pytest.approx(0.5)


def test_the_first_step_does_not_count_however_slow_it_is(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([5.0, 4.0, 4.0])
    monkeypatch.setattr(TrainingRun, "step", lambda self: clock.advance(next(seconds)))
    assert measure_pace(tiny_run(pretrain_steps=0), 0).seconds_per_step["adversarial"] == pytest.approx(4)


def test_a_very_slow_step_is_timed_once(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = 1.5 * estimate.SLOW_SECONDS
    fake_steps(slow, "adversarial", clock, monkeypatch)
    assert measure_pace(tiny_run(pretrain_steps=0), 0).seconds_per_step["adversarial"] == slow == clock.now


def test_the_time_left_is_that_of_the_steps_left() -> None:
    config = TrainConfig(pretrain_steps=10, steps=100)
    pace = Pace({"pretrain": 2.0, "adversarial": 0.5})
    assert [pace.seconds(config, done) for done in (0, 4, 10, 60, 110)] == [70, 62, 50, 25, 0]
