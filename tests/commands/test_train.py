from __future__ import annotations

import contextlib
import json
import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.commands.shared.contact_sheet import CAPTION_HEIGHT, ROW_GAP
from uegan_cli.commands.train import run as command
from uegan_cli.commands.train import tensorboard_log as train_board
from uegan_cli.losses import features
from uegan_cli.paths import runs_dir
from uegan_cli.styles.store import load_style
from uegan_cli.training import estimate, loop, session

TINY = ("--start", "none", "--width", "2", "--size", "96", "--batch", "2")


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Ten soft pictures a side, the raw ones darker."""
    monkeypatch.chdir(tmp_path)
    # The time it takes is not what is tested here.
    monkeypatch.setattr(estimate, "TIMES", 1)
    rng = np.random.default_rng(0)
    for name, gain in (("liked", 1.0), ("raw", 0.6)):
        Path(name).mkdir()
        for number in range(10):
            coarse = Image.fromarray(rng.integers(30, 200, (6, 8, 3), dtype=np.uint8))
            picture = coarse.resize((256, 192), Image.Resampling.BICUBIC)
            picture.point(lambda v, gain=gain: int(v * gain)).save(Path(name, f"{number}.png"))


@pytest.fixture
def without_vgg(monkeypatch):
    """Training without the fidelity loss, which wants a large download."""
    monkeypatch.setattr(features, "load_features", lambda file: None)
    # Judged by fewer photos: what is tested here is not how well it learns.
    monkeypatch.setattr(session, "JUDGED", 2)
    return ("--vgg-weights", "vgg.pth")


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


def test_a_dry_run_says_what_would_happen_and_writes_nothing(uegan, uegan_home):
    outcome = uegan("train", "--liked", "liked", "--raw", "raw", "--dry-run", *TINY)
    assert (outcome.code, outcome.err) == (0, "Looking through 20 photos\nnothing was written\n")
    lines = {line[:9].strip(): line[9:] for line in outcome.out.splitlines() if not line.startswith("note")}
    assert (lines["liked"], lines["raw"]) == ("10 photos", "10 photos")
    before = "300 on whole photos if raw ones are uneven"
    assert lines["steps"] == f"{before}, then 400, each on 2 crops of 96 px of each kind"
    assert lines["start"] == "a new network, and the instant look"
    assert lines["VGG"] == "not here: it would be downloaded, 548 MB, once"
    assert re.fullmatch(r"about \d+ (seconds|minutes?), at \d+\.\d photos a second", lines["time"])
    assert lines["folder"] == str(runs_dir() / "mine")
    assert list(uegan_home.iterdir()) == []


def test_a_dry_run_in_json_is_the_verdict_and_the_plan(uegan, without_vgg):
    asked = ("train", "--liked", "liked", "--raw", "raw", "--dry-run", "--json", "--quiet")
    outcome = uegan(*asked, *TINY, *without_vgg)
    photos, plan = outcome.records
    assert (photos["photos"]["liked"]["usable"], plan["plan"]["steps_left"]) == (10, 700)
    assert plan["plan"]["features"] == "vgg.pth" and plan["plan"]["seconds"] > 0


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


def test_tensorboard_is_asked_for_and_missing(uegan, monkeypatch):
    monkeypatch.setattr(train_board, "find_spec", lambda name: None)
    outcome = uegan("train", "--liked", "liked", "--raw", "raw", "--tensorboard", *TINY)
    assert outcome.code == 2
    assert outcome.err.endswith("pip install 'uegan-cli[tensorboard]'\n")


@pytest.mark.parametrize("changed", [("--steps", 7), ("--liked", "liked"), ("--preset", "paper"), ("--author", "Ada")])
def test_a_run_goes_on_as_it_was_begun(uegan, changed):
    outcome = uegan("train", "--resume", *changed)
    assert outcome.code == 2
    assert outcome.err == f"uegan: --resume goes on with the run as it was begun; leave out {changed[0]}\n"


@pytest.mark.slow
def test_an_interrupted_run_goes_on_where_it_stopped(uegan, without_vgg, monkeypatch):
    asked = ("train", "--liked", "liked", "--raw", "raw", "--steps", 4, *TINY, *without_vgg)
    assert uegan(*asked, "--name", "whole").code == 0
    step = loop.Training.step

    def interrupted(training):
        losses = step(training)
        if training.done == 2:
            stop.signal = signal.SIGINT
            stop.set()
        return losses

    left_out = Path("liked/broken.png")
    left_out.write_bytes(b"no photo")
    stop = command._Stop()
    with monkeypatch.context() as patch:
        patch.setattr(loop.Training, "step", interrupted)
        patch.setattr(command, "_stopping", lambda: contextlib.nullcontext(stop))
        outcome = uegan(*asked, "--name", "parts")
    assert outcome.code == 130
    assert outcome.err.endswith("stopped after step 2; go on with: uegan train --resume --name parts\n")
    assert "uegan train --resume --name parts" in (runs_dir() / "parts" / "report.html").read_text()
    left_out.unlink()
    assert uegan("train", "--resume", "--name", "parts", *without_vgg).code == 0
    assert load_style("parts").hash == load_style("whole").hash


@pytest.mark.skipif(os.name == "nt", reason="signals are Unix's")
def test_ctrl_c_asks_the_run_to_end_and_a_second_one_ends_it():
    with command._stopping() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.is_set() and stop.signal == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_metrics_are_json_and_what_has_the_name_is_kept_unless_told_otherwise(uegan, without_vgg):
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
    assert outcome.code == 2 and "--resume goes on with it, --overwrite starts anew" in outcome.err
    assert uegan(*asked, "--overwrite").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--liked", "liked"], 2, "give --liked DIR and --raw DIR"),
        (["--liked", "gone", "--raw", "raw"], 3, "gone: there is no such folder"),
        (["--liked", "few", "--raw", "raw", "--vgg-weights", "x"], 6, "--liked: 1 usable photo (1 duplicate)"),
        (["--liked", "liked", "--raw", "raw"], 2, "name a file with --vgg-weights"),
        (["--liked", "liked", "--raw", "raw", "--vgg-weights", "gone.pth"], 4, "gone.pth"),
        (["--liked", "liked", "--raw", "raw", "--start", "gone", "--vgg-weights", "x"], 4, ""),
        (["--resume", "--name", "gone"], 6, "no training run"),
        (["--name", "../x"], 4, "cannot be a style's name"),
    ],
)
def test_what_cannot_be_learnt_is_one_line_and_an_exit_code(uegan, arguments, code, said):
    Path("few").mkdir()
    for number in range(2):
        Path("few", f"{number}.png").write_bytes(Path("raw/0.png").read_bytes())
    outcome = uegan("train", *arguments)
    assert outcome.code == code
    assert said in outcome.err.splitlines()[-1]
    assert "Traceback" not in outcome.err
