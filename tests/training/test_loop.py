"""A run reports its progress, saves checkpoints, resumes bit for bit and recovers when it goes wrong."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
import torch

from uegan_cli.errors import DataSetError, DeviceError, OutputError
from uegan_cli.styles.stored_names import load_stored_weights
from uegan_cli.training import health, loop
from uegan_cli.training.checkpoints import list_checkpoints, read_newest
from uegan_cli.training.health import IMPROVEMENT_FACTOR
from uegan_cli.training.loop import train
from uegan_cli.training.metrics import read_metrics
from uegan_cli.training.run import TrainingRun
from uegan_cli.training.step import Losses

from .tiny import FakeJudge, assert_same, make_tiny_judge, tiny_run


def after_steps(run: TrainingRun, change: Callable[[Losses], Losses]) -> None:
    """Call `change` on the losses after every step of the run."""
    step = run.step
    run.step = lambda: change(step())  # type: ignore[method-assign]


def poisoned_at(run: TrainingRun, *steps: int) -> TrainingRun:
    """A run whose weights become NaN at these steps, at each as often as it is named."""
    left = list(steps)

    def poison(losses: Losses) -> Losses:
        if run.done in left:
            left.remove(run.done)
            next(run.gan.generator.parameters()).data.fill_(math.nan)
        return losses

    after_steps(run, poison)
    return run


def resume(folder: Path, *arguments: object, **changes: object) -> TrainingRun:
    run, found = tiny_run(*arguments, **changes), read_newest(folder)
    assert found is not None
    run.load_state_dict(found.state)
    return run


def test_pretraining_comes_first_then_the_adversarial_stage(tmp_path: Path) -> None:
    reports = list(train(tiny_run(), tmp_path, report_every=1))
    assert [r.step for r in reports] == list(range(1, 9))
    assert [r.stage for r in reports] == ["pretrain"] * 3 + ["adversarial"] * 5
    assert reports[0].rate > 0 and set(reports[0].losses) == {"undo"}
    assert {"quality", "identity", "discriminator", "generator", "undo"} <= set(reports[-1].losses)


def test_metrics_have_a_line_for_each_report_with_the_names_of_the_first_runs(tmp_path: Path) -> None:
    reports = list(train(tiny_run(), tmp_path, report_every=4))
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [r.step for r in reports] == [3, 7, 8], "and one where a stage ends"
    assert [line["stage"] for line in lines] == ["whole", "learn", "learn"]
    assert lines[-1]["quality"] == pytest.approx(reports[-1].losses["quality"], abs=1e-6)


def test_slow_steps_are_reported_one_by_one(tmp_path: Path) -> None:
    reports = list(train(tiny_run(), tmp_path, report_every=100, report_seconds=0.0))
    assert [r.step for r in reports] == list(range(1, 9))


def test_a_stop_takes_effect_after_the_step_with_a_checkpoint(tmp_path: Path) -> None:
    stop, run = Event(), tiny_run()
    after_steps(run, lambda losses: (stop.set() if run.done == 4 else None, losses)[1])
    reports = list(train(run, tmp_path, report_every=100, stop=stop))
    assert [r.step for r in reports] == [3, 4] and not run.is_over
    assert [f.name for f in list_checkpoints(tmp_path)] == ["checkpoint-0000004.pt"]


@pytest.mark.parametrize("stop", [2, 5])
def test_a_resumed_run_is_the_same_run_bit_for_bit(tmp_path: Path, stop: int) -> None:
    whole = tiny_run(make_tiny_judge())
    list(train(whole, tmp_path / "whole", report_every=1, judge_every=2))
    stopped = train(tiny_run(make_tiny_judge()), tmp_path / "parts", report_every=1, judge_every=2)
    list(islice(stopped, stop))
    stopped.close()
    second = resume(tmp_path / "parts", make_tiny_judge())
    assert second.done == stop
    list(train(second, tmp_path / "parts", report_every=1, judge_every=2))
    assert_same(whole.state_dict(), second.state_dict())
    assert [line["step"] for line in read_metrics(tmp_path / "parts")] == list(range(1, 9))


def test_checkpoints_are_written_by_steps_and_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in train(tiny_run(), tmp_path / "steps", report_every=100, save_every=4):
        pass
    names = [f.name for f in list_checkpoints(tmp_path / "steps")]
    assert names == ["checkpoint-0000004.pt", "checkpoint-0000008.pt"]
    run, clock = tiny_run(), [0.0]
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    after_steps(run, lambda losses: (clock.__setitem__(0, clock[0] + 50), losses)[1])
    list(train(run, tmp_path / "time", report_every=100, report_seconds=1000, save_seconds=120))
    assert [f.name for f in list_checkpoints(tmp_path / "time")] == [f"checkpoint-000000{k}.pt" for k in (3, 6, 8)]
    steps = [line["step"] for line in read_metrics(tmp_path / "time")]
    assert steps == [3, 6, 8], "every checkpoint has its line"


def test_metrics_after_the_checkpoint_are_dropped_on_resuming(tmp_path: Path) -> None:
    for _ in train(tiny_run(), tmp_path, report_every=1, save_every=5):
        pass
    list_checkpoints(tmp_path)[-1].unlink()
    run = resume(tmp_path)
    assert run.done == 5
    next(reports := train(run, tmp_path, report_every=1))
    assert [line["step"] for line in read_metrics(tmp_path)] == [1, 2, 3, 4, 5, 6]
    reports.close()


def test_a_run_with_nan_weights_goes_back_with_half_the_learning_rates(tmp_path: Path) -> None:
    run = poisoned_at(tiny_run(), 6)
    reports = list(train(run, tmp_path, report_every=1, judge_every=2))
    (news,) = [r for r in reports if r.news]
    assert (news.step, news.losses) == (4, {})
    assert news.news == "weights are NaN or infinite at step 6; back to step 4 with half the learning rates"
    assert [line["step"] for line in read_metrics(tmp_path)] == list(range(1, 9))
    whole = tiny_run()
    list(train(whole, tmp_path / "whole", report_every=1))
    rates = [one.gan.optimisers["generator"].param_groups[0]["lr"] for one in (run, whole)]
    assert rates[0] == rates[1] / 2 > 0


def test_after_going_back_a_run_resumes_bit_for_bit(tmp_path: Path) -> None:
    def poisoned() -> TrainingRun:
        return poisoned_at(tiny_run(), 6)

    whole = poisoned()
    list(train(whole, tmp_path / "whole", report_every=1, judge_every=2))
    stopped = train(poisoned(), tmp_path / "parts", report_every=1, judge_every=2)
    assert [r.step for r in islice(stopped, 9)] == [1, 2, 3, 4, 5, 4, 5, 6, 7]
    stopped.close()
    second = resume(tmp_path / "parts")
    assert (second.done, second.health.rollbacks) == (7, 1)
    list(train(second, tmp_path / "parts", report_every=1, judge_every=2))
    assert_same(whole.state_dict(), second.state_dict())


def test_a_run_that_keeps_going_wrong_stops_with_its_best_weights(tmp_path: Path) -> None:
    run = poisoned_at(tiny_run(FakeJudge(4.0)), 6, 6, 6, 7)
    reports = list(train(run, tmp_path, report_every=1, judge_every=2))
    news = [r.news for r in reports if r.news]
    assert len(news) == 4 and run.is_over and run.best is not None
    assert news[-1] == (
        "weights are NaN or infinite at step 7, after going back 3 times;"
        f" stopped with the best weights, of step {run.best.step}"
    )
    assert resume(tmp_path).is_over


def test_a_run_without_good_weights_ends_with_an_error_and_keeps_nothing_broken(tmp_path: Path) -> None:
    broken = tiny_run()
    next(broken.gan.generator.parameters()).data.fill_(math.nan)
    with pytest.raises(DataSetError, match="weights are NaN or infinite at step 1, after going back 3 times; start"):
        list(train(broken, tmp_path, report_every=1))
    assert read_metrics(tmp_path) == []


def test_a_run_whose_discriminator_has_won_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "MAX_WON_STEPS", 3)
    run = tiny_run(steps=7)

    def win(losses: Losses) -> Losses:
        low = run.done >= 7 and run.health.rollbacks == 0
        return {**losses, "discriminator": torch.tensor(0.01)} if low else losses

    after_steps(run, win)
    reports = list(train(run, tmp_path, report_every=1, judge_every=2))
    assert [r.step for r in reports] == [*range(1, 9), 6, 7, 8, 9, 10]
    assert "the discriminator has won" in (reports[8].news or "")


def test_a_run_that_moves_away_from_the_liked_photos_goes_back(tmp_path: Path) -> None:
    run = tiny_run(FakeJudge(0.4, 0.5, 0.5, 4.0, 0.3))
    reports = list(train(run, tmp_path, report_every=1, judge_every=2))
    assert [r.step for r in reports] == [1, 2, 3, 4, 5, 4, 5, 6, 7, 8]
    assert reports[5].news is not None and "distance 4.00, at first 0.40" in reports[5].news
    assert [line.get("distance") for line in read_metrics(tmp_path)] == [None, None, 0.5, 0.5, None, 0.3, None, 0.3]


def test_a_run_stops_early_when_its_patience_is_used_up(tmp_path: Path) -> None:
    run = tiny_run(FakeJudge(9.0, 8.5, 8.0, 8.5, 8.0), steps=20, patience=2)
    reports = list(train(run, tmp_path, report_every=1, judge_every=2))
    assert [r.step for r in reports][-1] == 8 and run.is_over
    assert reports[-1].news == "no improvement since step 4; stopped early at step 8"
    assert [r.news for r in reports[:-1]] == [None] * 7
    assert run.best is not None and (run.best.step, run.best.distance) == (4, 8.0)
    again = resume(tmp_path, FakeJudge(1.0), steps=20, patience=2)
    assert again.is_over and list(train(again, tmp_path)) == []


def test_without_patience_a_run_never_stops_early(tmp_path: Path) -> None:
    run = tiny_run(FakeJudge(9.0, 10.0), steps=9)
    assert len(list(train(run, tmp_path, report_every=1, judge_every=1))) == 12


def test_the_best_weights_survive_a_resume(tmp_path: Path) -> None:
    run = tiny_run(make_tiny_judge())
    reports = list(train(run, tmp_path, report_every=100, judge_every=2))
    judged = [(2, False), (3, True), (4, True), (6, True), (8, True)]
    assert [(r.step, r.distance is not None) for r in reports] == judged, "from the adversarial stage on"
    assert run.best is not None
    assert IMPROVEMENT_FACTOR * run.best.distance <= min(r.distance for r in reports if r.distance is not None)
    again = resume(tmp_path, make_tiny_judge())
    assert again.best is not None and again.best.distance == run.best.distance
    load_stored_weights(again.gan.ema.network, again.best.weights)
    assert again.judge is not None
    assert again.judge.assess(again.gan.ema.network).distance == pytest.approx(again.best.distance, rel=0.05)


def test_an_interrupted_step_leaves_the_last_good_state(tmp_path: Path) -> None:
    run, good = tiny_run(), {}

    def interrupt(losses: Losses) -> Losses:
        if run.done == 4:
            good.update(run.snapshot())
        if run.done == 6:
            raise KeyboardInterrupt
        return losses

    after_steps(run, interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(train(run, tmp_path, report_every=1, judge_every=2))
    found = read_newest(tmp_path)
    assert found is not None and found.state["done"] == 4
    assert_same(found.state, good)


def test_too_little_memory_is_an_error_in_one_line_and_loses_nothing(tmp_path: Path) -> None:
    run = tiny_run()

    def run_out(losses: Losses) -> Losses:
        if run.done == 6:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")
        return losses

    after_steps(run, run_out)
    with pytest.raises(DeviceError, match="training: not enough memory on CPU .*; start over with a smaller --batch"):
        list(train(run, tmp_path, report_every=1, judge_every=2))
    found = read_newest(tmp_path)
    assert found is not None and found.state["done"] == 4


def test_a_folder_that_cannot_be_written_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file"):
        list(train(tiny_run(), tmp_path / "file" / "run", report_every=1))
