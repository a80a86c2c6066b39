from __future__ import annotations

from typing import get_args

import pytest
import torch

from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.training import estimate
from uegan_cli.training.config import Stage, TrainConfig
from uegan_cli.training.estimate import Pace, measure
from uegan_cli.training.run import Training
from uegan_cli.training.session import Photos, begin, rehearse

from .tiny import photos, tensors, training

CPU = torch.device("cpu")
GENERATOR = StyledGeneratorConfig(width=2, attention="prenorm", adaptive=True)
CONFIG = TrainConfig(GENERATOR, size=96, batch=2, whole_steps=2, steps=4, pool=2, instant=False)


class Clock:
    """The only clock that the estimate has: it goes on when work says that it takes time."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> dict[str, torch.Tensor]:
        """Take so long; return the losses of a step that does nothing."""
        self.now += seconds
        return {"loss": torch.zeros(())}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(estimate, "time", made)
    return made


def steps_taking(seconds: float, stage: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of that stage take so long and do nothing, and those of the other stage no time at all."""
    monkeypatch.setattr(Training, "step", lambda self: clock.pass_by(seconds if self.stage == stage else 0))


def test_a_run_that_was_timed_is_the_run_it_would_have_been() -> None:
    """Every tensor after five steps of all stages is the same, with and without a rehearsal."""
    folders, states = Photos(photos(0), photos(1)), []
    for rehearsed in (False, True):
        if rehearsed:
            measure(rehearse(CONFIG, folders, None, CPU), 4)
        run = begin(CONFIG, folders, None, CPU).training
        for _ in range(5):
            run.step()
        states.append(run.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(*map(tensors, states), strict=True))


@pytest.mark.parametrize("stage", get_args(Stage))
def test_the_pace_is_that_of_each_stage(stage: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    steps_taking(0.3, stage, clock, monkeypatch)
    assert measure(training(), 0).step == pytest.approx({one: 0.3 * (one == stage) for one in get_args(Stage)})


def test_steps_of_two_kinds_count_alike(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_at_even_steps(self: Training) -> dict[str, torch.Tensor]:
        self.done += 1
        return clock.pass_by(0 if self.done % 2 == 0 else 0.3)

    monkeypatch.setattr(Training, "step", slow_at_even_steps)
    assert measure(training(whole_steps=0, undo_every=2), 0).step["learn"] == pytest.approx(0.15)


def test_a_run_without_whole_photos_has_no_pace_for_them() -> None:
    assert measure(training(whole_steps=0), 0).step["whole"] == 0


def test_the_judge_takes_time_too(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "enhance_shrunk", lambda *_: clock.pass_by(0.1)["loss"])
    steps_taking(0.0, "learn", clock, monkeypatch)
    assert measure(training(), 5 * estimate.JUDGE_EVERY).step["learn"] == pytest.approx(0.5)


def test_the_first_step_does_not_count_however_slow_it_is(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = iter([5.0, 4.0, 4.0])
    monkeypatch.setattr(Training, "step", lambda self: clock.pass_by(next(taken)))
    assert measure(training(whole_steps=0), 0).step["learn"] == pytest.approx(4)


def test_a_very_slow_step_is_timed_once(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    steps_taking(1.5 * estimate.LONG, "learn", clock, monkeypatch)
    assert measure(training(whole_steps=0), 0).step["learn"] == 1.5 * estimate.LONG == clock.now


def test_the_time_left_is_that_of_the_steps_left() -> None:
    config = TrainConfig(whole_steps=10, steps=100)
    pace = Pace({"whole": 2.0, "learn": 0.5})
    assert [pace.seconds(config, done) for done in (0, 4, 10, 60, 110)] == [70, 62, 50, 25, 0]
