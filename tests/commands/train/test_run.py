"""`uegan train` from two folders to a style, with sheets, metrics and page."""

from __future__ import annotations

import contextlib
import json
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.train.conftest import TINY
from uegan_cli.commands.shared.contact_sheet import CAPTION_HEIGHT, ROW_GAP
from uegan_cli.commands.train import run
from uegan_cli.commands.train.stopping import StopRequest
from uegan_cli.paths import runs_dir
from uegan_cli.styles.store import load_style
from uegan_cli.training import loop

pytestmark = pytest.mark.usefixtures("folders")


def test_two_folders_become_a_style(uegan, without_vgg):
    outcome = uegan("train", "--liked", "liked", "--raw", "raw", "--steps", 2, "--author", "Ada", *TINY, *without_vgg)
    assert outcome.code == 0, outcome.err
    style = load_style("mine")
    assert outcome.out == f"{style.path}\n"
    assert "mine is ready: uegan enhance PHOTO -s mine" in outcome.err
    assert style.card.author == "Ada"
    assert style.card.command.startswith("uegan train --liked LIKED --raw RAW --name mine")
    assert style.card.recipe["generator"]["width"] == 2
    files = {path.name for path in (runs_dir() / "mine").iterdir()}
    states = {"checkpoint-0000002.pt", "best.pt"}
    sheets = {"samples-instant.jpg", "samples-result.jpg"}
    assert files == {"options.json", "metrics.jsonl", "report.html", ".lock"} | states | sheets


def test_sheets_and_page_show_the_photos_that_were_named(uegan, without_vgg):
    Path("probe").mkdir()
    for name in ("one", "two"):
        Image.new("RGB", (90, 60), (200, 30, 30)).save(f"probe/{name}.png")
    asked = ("train", "--liked", "liked", "--raw", "raw", "--steps", 1, "--probe", "probe", *TINY, *without_vgg)
    assert uegan(*asked, "--probe", "raw/0.png").code == 0
    with Image.open(runs_dir() / "mine" / "samples-result.jpg") as sheet:
        width, height = sheet.size
        red = np.asarray(sheet)[ROW_GAP + 30, ROW_GAP + 45]
    assert height == ROW_GAP + 2 * (60 + CAPTION_HEIGHT + ROW_GAP) + 192 + CAPTION_HEIGHT + ROW_GAP
    assert red[0] > 180 and red[1] < 60
    kept = json.loads((runs_dir() / "mine" / "options.json").read_text())["probe"]
    assert [Path(path).name for path in kept] == ["one.png", "two.png", "0.png"]


@pytest.mark.slow
def test_an_interrupted_run_continues_where_it_stopped(uegan, without_vgg, monkeypatch):
    asked = ("train", "--liked", "liked", "--raw", "raw", "--steps", 4, *TINY, *without_vgg)
    assert uegan(*asked, "--name", "whole").code == 0
    step = loop.TrainingRun.step

    def interrupted(run):
        losses = step(run)
        if run.done == 2:
            stop.signal = signal.SIGINT
            stop.set()
        return losses

    left_out = Path("liked/broken.png")
    left_out.write_bytes(b"no photo")
    stop = StopRequest()
    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", interrupted)
        patch.setattr(run, "stop_on_signals", lambda: contextlib.nullcontext(stop))
        outcome = uegan(*asked, "--name", "parts")
    assert outcome.code == 130
    assert outcome.err.endswith("stopped after step 2; continue with: uegan train --resume --name parts\n")
    assert "uegan train --resume --name parts" in (runs_dir() / "parts" / "report.html").read_text()
    left_out.unlink()
    assert uegan("train", "--resume", "--name", "parts", *without_vgg).code == 0
    assert load_style("parts").hash == load_style("whole").hash


def test_metrics_are_json_and_nothing_is_overwritten_without_overwrite(uegan, without_vgg):
    asked = ("train", "--liked", "liked", "--raw", "raw", "--steps", 1, "--json", *TINY, *without_vgg)
    photos, plan, record, style = uegan(*asked).records
    assert photos.keys() == {"photos"} and plan.keys() == {"plan"}
    assert style["style"] == str(load_style("mine").path) and style["card"]["recipe"]["chosen"] in (
        "instant",
        "trained",
    )
    assert (record["step"], record["steps"], record["stage"]) == (1, 1, "learn")
    assert json.loads((runs_dir() / "mine" / "metrics.jsonl").read_text())["step"] == 1
    assert uegan(*asked).code == 4
    load_style("mine").path.unlink()
    outcome = uegan(*asked)
    assert outcome.code == 2 and "--resume continues it, --overwrite starts over" in outcome.err
    assert uegan(*asked, "--overwrite").code == 0
