from __future__ import annotations

import json

import numpy as np
import pytest

from tests.training import tiny
from uegan_cli.commands.shared.contact_sheet import SheetRow
from uegan_cli.commands.shared.output import Report
from uegan_cli.commands.train import progress as train_follow
from uegan_cli.commands.train.progress import Follower
from uegan_cli.commands.train.samples import Samples
from uegan_cli.training import loop
from uegan_cli.training.estimate import Pace

PACE = Pace({"whole": 0.5, "learn": 1.0})


class Written:
    """A page that keeps what it was told."""

    def __init__(self) -> None:
        self.statuses: list[str] = []

    def write(self, status: str) -> None:
        self.statuses.append(status)


def followed(tmp_path, report=None, judge=None, **changes):
    """A tiny run of three and five steps that was followed; its page."""
    training, page = tiny.training(judge or tiny.Said(9.0, 7.0, 6.0), **changes), Written()
    samples = Samples(tmp_path, [SheetRow("a.png", [np.full((48, 64, 3), 90, np.uint8)])], None)
    follower = Follower(training, PACE, samples, page, None, report or Report())
    follower.follow(loop.run(training, tmp_path, report_every=2, judge_every=4))
    return page


def sheets(folder):
    return sorted(path.name for path in folder.glob("samples-*"))


def test_there_is_a_first_sheet_at_once_and_no_other_in_a_short_run(tmp_path, capsys):
    followed(tmp_path)
    assert sheets(tmp_path) == ["samples-0000000.jpg"]
    assert capsys.readouterr().err == f"{tmp_path / 'samples-0000000.jpg'}: the start\n"


def test_every_few_minutes_there_are_a_sheet_a_page_and_a_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(train_follow, "SHEET_SECONDS", 0)
    page = followed(tmp_path)
    assert sheets(tmp_path) == [f"samples-{step:07d}.jpg" for step in (0, 2, 3, 4, 6, 8)]
    assert page.statuses[2] == "Still learning: step 4 of 8."
    lines = capsys.readouterr().err.splitlines()
    assert lines[1] == "step 2 of 8, 5 seconds left: distance 9.00, at first 9.00; samples-0000002.jpg"
    assert lines[3] == "step 4 of 8, 5 seconds left: distance 6.00, at first 9.00; samples-0000004.jpg"


def test_a_run_that_goes_on_needs_no_first_sheet(tmp_path):
    training = tiny.training()
    training.step()
    samples = Samples(tmp_path, [SheetRow("a.png", [np.full((48, 64, 3), 90, np.uint8)])], None)
    Follower(training, PACE, samples, Written(), None, Report()).follow(iter([]))
    assert sheets(tmp_path) == []


def test_each_report_is_a_json_object(tmp_path, capsys):
    followed(tmp_path, Report(json=True))
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["step"] for record in records] == [2, 3, 4, 6, 8]
    assert [record["stage"] for record in records] == ["whole", "whole", "learn", "learn", "learn"]
    assert [record["distance"] for record in records] == [None, 7.0, 6.0, None, 6.0]
    assert records[0]["seconds_left"] > 0 == records[-1]["seconds_left"]
    assert records[-1]["losses"].keys() >= {"generator", "discriminator"}


def test_news_are_said(tmp_path, capsys):
    followed(tmp_path, judge=tiny.Said(9.0), patience=1, steps=9)
    assert "no nearer to the liked photos since step 0" in capsys.readouterr().err


def test_tensorboard_gets_the_curves_and_the_sheets(tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from uegan_cli.commands.train.tensorboard_log import board

    monkeypatch.setattr(train_follow, "SHEET_SECONDS", 0)
    training = tiny.training(tiny.Said(9.0, 7.0, 6.0))
    samples = Samples(tmp_path, [SheetRow("a.png", [np.full((48, 64, 3), 90, np.uint8)])], None)
    with board(tmp_path, 0) as curves:
        progress = loop.run(training, tmp_path, report_every=2, judge_every=4)
        Follower(training, PACE, samples, Written(), curves, Report(quiet=True)).follow(progress)
    events = EventAccumulator(str(tmp_path / "tensorboard"), {"images": 0, "scalars": 0}).Reload()
    assert {"distance", "photos per second", "loss/generator", "loss/undo"} <= set(events.Tags()["scalars"])
    assert [(event.step, event.value) for event in events.Scalars("distance")] == [(3, 7.0), (4, 6.0), (8, 6.0)]
    assert [event.step for event in events.Images("samples")] == [0, 2, 3, 4, 6, 8]
