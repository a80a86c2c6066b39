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
from uegan_cli.training.checkpoints import checkpoints, newest
from uegan_cli.training.health import WORTH
from uegan_cli.training.loop import run
from uegan_cli.training.metrics import read
from uegan_cli.training.run import Training
from uegan_cli.training.step import Losses

from .tiny import Said, assert_same, judge, training


def after_steps(subject: Training, change: Callable[[Losses], Losses]) -> None:
    """Put something between the run and its steps."""
    step = subject.step
    subject.step = lambda: change(step())  # type: ignore[method-assign]


def poisoned_at(subject: Training, *steps: int) -> Training:
    """At these steps, the first time that they are done, the generator's weights are lost."""
    left = list(steps)

    def poison(losses: Losses) -> Losses:
        if subject.done in left:
            left.remove(subject.done)
            next(subject.players.generator.parameters()).data.fill_(math.nan)
        return losses

    after_steps(subject, poison)
    return subject


def test_a_run_brings_whole_photos_back_first_and_then_plays_the_game(tmp_path: Path) -> None:
    reports = list(run(training(), tmp_path, report_every=1))
    assert [r.step for r in reports] == list(range(1, 9))
    assert [r.stage for r in reports] == ["whole"] * 3 + ["learn"] * 5
    assert reports[0].rate > 0 and set(reports[0].losses) == {"undo"}
    assert {"quality", "identity", "discriminator", "generator", "undo"} <= set(reports[-1].losses)


def test_metrics_are_kept_line_by_line(tmp_path: Path) -> None:
    reports = list(run(training(), tmp_path, report_every=4))
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [r.step for r in reports] == [3, 7, 8], "and one where a stage ends"
    assert lines[-1]["quality"] == pytest.approx(reports[-1].losses["quality"], abs=1e-6)


def test_slow_steps_are_reported_one_by_one(tmp_path: Path) -> None:
    reports = list(run(training(), tmp_path, report_every=100, report_seconds=0.0))
    assert [r.step for r in reports] == list(range(1, 9))


def test_a_stop_asked_for_between_reports_ends_after_the_step_with_a_checkpoint(tmp_path: Path) -> None:
    stop, subject = Event(), training()
    after_steps(subject, lambda losses: (stop.set() if subject.done == 4 else None, losses)[1])
    reports = list(run(subject, tmp_path, report_every=100, stop=stop))
    assert [r.step for r in reports] == [3, 4] and not subject.over
    assert [f.name for f in checkpoints(tmp_path)] == ["checkpoint-0000004.pt"]


@pytest.mark.parametrize("stop", [2, 5])
def test_a_resumed_run_is_the_same_run_bit_for_bit(tmp_path: Path, stop: int) -> None:
    whole = training(judge())
    list(run(whole, tmp_path / "whole", report_every=1, judge_every=2))
    stopped = run(training(judge()), tmp_path / "parts", report_every=1, judge_every=2)
    list(islice(stopped, stop))
    stopped.close()
    second = resumed(tmp_path / "parts", judge())
    assert second.done == stop
    list(run(second, tmp_path / "parts", report_every=1, judge_every=2))
    assert_same(whole.state_dict(), second.state_dict())
    assert [line["step"] for line in read(tmp_path / "parts")] == list(range(1, 9))


def resumed(folder: Path, *arguments: object, **changes: object) -> Training:
    subject, found = training(*arguments, **changes), newest(folder)
    assert found is not None
    subject.load_state_dict(found.state)
    return subject


def test_checkpoints_are_written_by_steps_and_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in run(training(), tmp_path / "steps", report_every=100, save_every=4):
        pass
    assert [f.name for f in checkpoints(tmp_path / "steps")] == ["checkpoint-0000004.pt", "checkpoint-0000008.pt"]
    subject, clock = training(), [0.0]
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    after_steps(subject, lambda losses: (clock.__setitem__(0, clock[0] + 50), losses)[1])
    list(run(subject, tmp_path / "time", report_every=100, report_seconds=1000, save_seconds=120))
    assert [f.name for f in checkpoints(tmp_path / "time")] == [f"checkpoint-000000{k}.pt" for k in (3, 6, 8)]
    assert [line["step"] for line in read(tmp_path / "time")] == [3, 6, 8], "none without the line that belongs to it"


def test_what_was_written_after_the_checkpoint_is_cut_on_resuming(tmp_path: Path) -> None:
    for _ in run(training(), tmp_path, report_every=1, save_every=5):
        pass
    checkpoints(tmp_path)[-1].unlink()
    subject = resumed(tmp_path)
    assert subject.done == 5
    next(reports := run(subject, tmp_path, report_every=1))
    assert [line["step"] for line in read(tmp_path)] == [1, 2, 3, 4, 5, 6]
    reports.close()


def test_a_run_whose_weights_are_lost_goes_back_with_half_the_rates(tmp_path: Path) -> None:
    subject = poisoned_at(training(), 6)
    reports = list(run(subject, tmp_path, report_every=1, judge_every=2))
    (news,) = [r for r in reports if r.news]
    assert (news.step, news.losses) == (4, {})
    assert news.news == "the weights are no longer numbers at step 6; back to step 4, with half the learning rates"
    assert [line["step"] for line in read(tmp_path)] == list(range(1, 9))
    whole = training()
    list(run(whole, tmp_path / "whole", report_every=1))
    rates = [t.players.optimisers["generator"].param_groups[0]["lr"] for t in (subject, whole)]
    assert rates[0] == rates[1] / 2 > 0


def test_after_going_back_it_resumes_bit_for_bit(tmp_path: Path) -> None:
    def poisoned() -> Training:
        return poisoned_at(training(), 6)

    whole = poisoned()
    list(run(whole, tmp_path / "whole", report_every=1, judge_every=2))
    stopped = run(poisoned(), tmp_path / "parts", report_every=1, judge_every=2)
    assert [r.step for r in islice(stopped, 9)] == [1, 2, 3, 4, 5, 4, 5, 6, 7]
    stopped.close()
    second = resumed(tmp_path / "parts")
    assert (second.done, second.health.rollbacks) == (7, 1)
    list(run(second, tmp_path / "parts", report_every=1, judge_every=2))
    assert_same(whole.state_dict(), second.state_dict())


def test_a_run_that_goes_wrong_again_and_again_ends_with_the_best(tmp_path: Path) -> None:
    subject = poisoned_at(training(Said(4.0)), 6, 6, 6, 7)
    reports = list(run(subject, tmp_path, report_every=1, judge_every=2))
    told = [r.news for r in reports if r.news]
    assert len(told) == 4 and subject.over and subject.best is not None
    assert told[-1] == (
        "the weights are no longer numbers at step 7, again after going back 3 times;"
        f" ended with the best so far, of step {subject.best.step}"
    )
    assert resumed(tmp_path).over


def test_without_any_good_weights_it_ends_in_one_line_and_keeps_nothing_broken(tmp_path: Path) -> None:
    broken = training()
    next(broken.players.generator.parameters()).data.fill_(math.nan)
    with pytest.raises(DataSetError, match="the weights are no longer numbers at step 1, again after going back 3"):
        list(run(broken, tmp_path, report_every=1))
    assert read(tmp_path) == []


def test_a_discriminator_that_has_won_for_long_sends_the_run_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LONG", 3)
    subject = training(steps=7)

    def won(losses: Losses) -> Losses:
        low = subject.done >= 7 and subject.health.rollbacks == 0
        return {**losses, "discriminator": torch.tensor(0.01)} if low else losses

    after_steps(subject, won)
    reports = list(run(subject, tmp_path, report_every=1, judge_every=2))
    assert [r.step for r in reports] == [*range(1, 9), 6, 7, 8, 9, 10]
    assert "the discriminator has won" in (reports[8].news or "")


def test_results_that_leave_the_liked_photos_behind_send_the_run_back(tmp_path: Path) -> None:
    subject = training(Said(0.4, 0.5, 0.5, 4.0, 0.3))
    reports = list(run(subject, tmp_path, report_every=1, judge_every=2))
    assert [r.step for r in reports] == [1, 2, 3, 4, 5, 4, 5, 6, 7, 8]
    assert reports[5].news is not None and "distance 4.00, 0.40 at first" in reports[5].news
    assert [line.get("distance") for line in read(tmp_path)] == [None, None, 0.5, 0.5, None, 0.3, None, 0.3]


def test_a_run_ends_when_its_patience_does(tmp_path: Path) -> None:
    subject = training(Said(9.0, 8.5, 8.0, 8.5, 8.0), steps=20, patience=2)
    reports = list(run(subject, tmp_path, report_every=1, judge_every=2))
    assert [r.step for r in reports][-1] == 8 and subject.over
    assert reports[-1].news == "no nearer to the liked photos since step 4: ended at step 8"
    assert [r.news for r in reports[:-1]] == [None] * 7
    assert subject.best is not None and (subject.best.step, subject.best.distance) == (4, 8.0)
    again = resumed(tmp_path, Said(1.0), steps=20, patience=2)
    assert again.over and list(run(again, tmp_path)) == []


def test_without_patience_it_never_ends_early(tmp_path: Path) -> None:
    subject = training(Said(9.0, 10.0), steps=9)
    assert len(list(run(subject, tmp_path, report_every=1, judge_every=1))) == 12


def test_the_best_weights_are_remembered_and_survive_a_resume(tmp_path: Path) -> None:
    subject = training(judge())
    reports = list(run(subject, tmp_path, report_every=100, judge_every=2))
    judged = [(2, False), (3, True), (4, True), (6, True), (8, True)]
    assert [(r.step, r.distance is not None) for r in reports] == judged, "from where there is an adversary"
    assert subject.best is not None
    assert WORTH * subject.best.distance <= min(r.distance for r in reports if r.distance is not None)
    again = resumed(tmp_path, judge())
    assert again.best is not None and again.best.distance == subject.best.distance
    load_stored_weights(again.players.average.network, again.best.weights)
    assert again.judge is not None
    assert again.judge.assess(again.players.average.network).distance == pytest.approx(again.best.distance, rel=0.05)


def test_what_breaks_a_step_off_leaves_the_last_good_state(tmp_path: Path) -> None:
    subject, good = training(), {}

    def break_off(losses: Losses) -> Losses:
        if subject.done == 4:
            good.update(subject.snapshot())
        if subject.done == 6:
            raise KeyboardInterrupt
        return losses

    after_steps(subject, break_off)
    with pytest.raises(KeyboardInterrupt):
        list(run(subject, tmp_path, report_every=1, judge_every=2))
    found = newest(tmp_path)
    assert found is not None and found.state["done"] == 4
    assert_same(found.state, good)


def test_too_little_memory_is_said_in_one_line_and_loses_nothing(tmp_path: Path) -> None:
    subject = training()

    def run_out(losses: Losses) -> Losses:
        if subject.done == 6:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")
        return losses

    after_steps(subject, run_out)
    with pytest.raises(DeviceError, match="training: not enough memory on CPU .*; start anew with a smaller --batch"):
        list(run(subject, tmp_path, report_every=1, judge_every=2))
    found = newest(tmp_path)
    assert found is not None and found.state["done"] == 4


def test_an_unwritable_folder_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file"):
        list(run(training(), tmp_path / "file" / "run", report_every=1))
