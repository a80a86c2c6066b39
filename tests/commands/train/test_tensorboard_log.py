"""The TensorBoard log of a run."""

from __future__ import annotations

import numpy as np
import pytest

from tests.commands.train.conftest import TINY
from tests.commands.train.test_progress import PACE, FakePage
from tests.training import tiny
from uegan_cli.commands.shared.contact_sheet import SheetRow
from uegan_cli.commands.shared.output import Report
from uegan_cli.commands.train import progress, tensorboard_log
from uegan_cli.commands.train.progress import ProgressReporter
from uegan_cli.commands.train.samples import SampleSheets
from uegan_cli.training import loop


@pytest.mark.usefixtures("folders")
def test_without_tensorboard_the_way_out_is_named(uegan, monkeypatch):
    monkeypatch.setattr(tensorboard_log, "find_spec", lambda name: None)
    outcome = uegan("train", "--liked", "liked", "--raw", "raw", "--tensorboard", *TINY)
    assert outcome.code == 2
    assert outcome.err.endswith("pip install 'uegan-cli[tensorboard]'\n")


def test_tensorboard_gets_the_curves_and_the_sheets(tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from uegan_cli.commands.train.tensorboard_log import open_log

    monkeypatch.setattr(progress, "SHEET_SECONDS", 0)
    run = tiny.tiny_run(tiny.FakeJudge(9.0, 7.0, 6.0))
    sample_sheets = SampleSheets(tmp_path, [SheetRow("a.png", [np.full((48, 64, 3), 90, np.uint8)])], None)
    with open_log(tmp_path, 0) as log:
        steps = loop.train(run, tmp_path, report_every=2, judge_every=4)
        ProgressReporter(run, PACE, sample_sheets, FakePage(), log, Report(quiet=True)).follow(steps)
    events = EventAccumulator(str(tmp_path / "tensorboard"), {"images": 0, "scalars": 0}).Reload()
    assert {"distance", "photos per second", "loss/generator", "loss/undo"} <= set(events.Tags()["scalars"])
    assert [(event.step, event.value) for event in events.Scalars("distance")] == [(3, 7.0), (4, 6.0), (8, 6.0)]
    assert [event.step for event in events.Images("samples")] == [0, 2, 3, 4, 6, 8]
