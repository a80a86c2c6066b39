"""What a run under way prints, writes and logs."""

from __future__ import annotations

import json

import numpy as np

from tests.training import tiny
from uegan_cli.commands.shared.contact_sheet import SheetRow
from uegan_cli.commands.shared.output import Report
from uegan_cli.commands.train import progress
from uegan_cli.commands.train.progress import ProgressReporter
from uegan_cli.commands.train.samples import SampleSheets
from uegan_cli.training import loop
from uegan_cli.training.estimate import Pace

PACE = Pace({"pretrain": 0.5, "adversarial": 1.0})


class FakePage:
    """A page that keeps the statuses it is written with."""

    def __init__(self) -> None:
        self.statuses: list[str] = []

    def write(self, status: str) -> None:
        self.statuses.append(status)


def followed(tmp_path, report=None, judge=None, **changes):
    """Follow a tiny run of 3 and 5 steps. Return its page."""
    run, page = tiny.tiny_run(judge or tiny.FakeJudge(9.0, 7.0, 6.0), **changes), FakePage()
    sample_sheets = SampleSheets(tmp_path, [SheetRow("a.png", [np.full((48, 64, 3), 90, np.uint8)])], None)
    reporter = ProgressReporter(run, PACE, sample_sheets, page, None, report or Report())
    reporter.follow(loop.train(run, tmp_path, report_every=2, judge_every=4))
    return page


def sheets(folder):
    return sorted(path.name for path in folder.glob("samples-*"))


def test_a_short_run_has_a_first_sheet_only(tmp_path, capsys):
    followed(tmp_path)
    assert sheets(tmp_path) == ["samples-0000000.jpg"]
    assert capsys.readouterr().err == f"{tmp_path / 'samples-0000000.jpg'}: the start\n"


def test_a_sheet_a_page_and_a_line_follow_every_few_minutes(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(progress, "SHEET_SECONDS", 0)
    page = followed(tmp_path)
    assert sheets(tmp_path) == [f"samples-{step:07d}.jpg" for step in (0, 2, 3, 4, 6, 8)]
    assert page.statuses[2] == "In progress: step 4 of 8."
    lines = capsys.readouterr().err.splitlines()
    assert lines[1] == "step 2 of 8, 5 seconds left; distance 9.00, at first 9.00; samples-0000002.jpg"
    assert lines[3] == "step 4 of 8, 5 seconds left; distance 6.00, at first 9.00; samples-0000004.jpg"


def test_a_resumed_run_has_no_first_sheet(tmp_path):
    run = tiny.tiny_run()
    run.step()
    sample_sheets = SampleSheets(tmp_path, [SheetRow("a.png", [np.full((48, 64, 3), 90, np.uint8)])], None)
    ProgressReporter(run, PACE, sample_sheets, FakePage(), None, Report()).follow(iter([]))
    assert sheets(tmp_path) == []


def test_each_report_is_a_json_object(tmp_path, capsys):
    followed(tmp_path, Report(json=True))
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["step"] for record in records] == [2, 3, 4, 6, 8]
    assert [record["stage"] for record in records] == ["whole", "whole", "learn", "learn", "learn"]
    assert [record["distance"] for record in records] == [None, 7.0, 6.0, None, 6.0]
    assert records[0]["seconds_left"] > 0 == records[-1]["seconds_left"]
    assert records[-1]["losses"].keys() >= {"generator", "discriminator"}


def test_an_early_stop_is_printed(tmp_path, capsys):
    followed(tmp_path, judge=tiny.FakeJudge(9.0), patience=1, steps=9)
    assert "no improvement since step 0; stopped early at step" in capsys.readouterr().err
