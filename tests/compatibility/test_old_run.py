"""A training run of an earlier version is resumed with the same results, and becomes a style."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from uegan_cli.losses import vgg_weights
from uegan_cli.paths import runs_dir
from uegan_cli.styles.store import load_style
from uegan_cli.training import estimate, loop, run, start
from uegan_cli.training.metrics import read_metrics

from .conftest import Unpack
from .photos import write_folders

NAME = "old"


@pytest.fixture
def folder(unpack: Unpack, tmp_path: Path) -> Path:
    """The run, in the user's folder of runs, and its photos."""
    folder = runs_dir() / NAME
    folder.parent.mkdir(parents=True, exist_ok=True)
    unpack("run.zip").rename(folder)
    write_folders(tmp_path)
    options = folder / "options.json"
    options.write_text(options.read_text().replace("/photos/", f"{tmp_path}/"))
    return folder


@pytest.fixture
def expected(folder: Path) -> dict:
    return json.loads((folder / "expected.json").read_text())


def test_an_old_run_becomes_the_same_style(uegan, folder, expected):
    assert uegan("style-create", "stopped", "--from-run", NAME).code == 0
    style = load_style("stopped")
    assert style.hash == expected["stopped"]["hash"]
    assert dict(style.card.recipe) == expected["stopped"]["recipe"]


def test_an_old_run_is_resumed_with_the_same_results(uegan, folder, expected, monkeypatch):
    steps = loop.train
    monkeypatch.setattr(vgg_weights, "load_features", lambda file: None)
    monkeypatch.setattr(estimate, "MAX_REPEATS", 1)
    monkeypatch.setattr(start, "MAX_JUDGED_PHOTOS", 2)
    monkeypatch.setattr(loop, "train", lambda *args, **options: steps(*args, report_every=1, judge_every=2, **options))
    for module in (run, start):
        monkeypatch.setattr(module, "has_bfloat16", lambda device: False)
    outcome = uegan("train", "--resume", "--name", NAME, "--vgg-weights", "vgg.pth")
    assert outcome.code == 0, outcome.err
    assert "continuing from the checkpoint before it" not in outcome.err
    lines = [json.loads(line) for line in (folder / "expected-metrics.jsonl").read_text().splitlines()]
    for line, known in zip(read_metrics(folder), lines, strict=True):
        assert line.keys() == known.keys()
        for name in known.keys() - {"photos_per_second"}:
            assert line[name] == (known[name] if name == "stage" else pytest.approx(known[name], rel=1e-3)), name
    card = load_style(NAME).card
    assert dict(card.recipe) == expected["finished"]["recipe"]
    assert card.metrics["distance"] == pytest.approx(expected["finished"]["metrics"]["distance"], rel=1e-3)
