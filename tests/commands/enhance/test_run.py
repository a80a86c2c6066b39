"""What a run enhances, skips and fails, and what each file holds afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import environment, interrupt
from tests.commands.enhance.files import file_names, level_of
from tests.waiting import LIMIT
from uegan_cli.commands.shared.output import Report

pytestmark = pytest.mark.usefixtures("bright", "photos")


def test_a_result_is_written_next_to_its_photo(uegan):
    outcome = uegan("enhance", "a.jpg", "-s", "bright")
    assert (outcome.code, outcome.out) == (0, "a.jpg -> a_bright.jpg\n")
    assert "1 enhanced in" in outcome.err
    assert abs(level_of("a_bright.jpg") - 125) <= 1


def test_a_bad_photo_does_not_stop_the_others(uegan):
    Path("bad.jpg").write_bytes(b"no photo")
    outcome = uegan("enhance", "bad.jpg", "gone.jpg", "a.jpg", "-s", "bright")
    assert outcome.code == 1
    assert "uegan: bad.jpg: not a photo" in outcome.err
    assert "uegan: gone.jpg: no such file" in outcome.err
    assert Path("a_bright.jpg").exists()


def test_fail_fast_stops_at_the_first_failure(uegan):
    Path("0.jpg").write_bytes(b"no photo")
    for number in range(1, 9):
        Path(f"{number}.png").write_bytes(Path("b.png").read_bytes())
    outcome = uegan("enhance", "?.*", "-s", "bright", "--fail-fast", "--json")
    assert outcome.code == 1
    assert [record["status"] for record in outcome.records[:-1]] == ["failed"]
    assert len(list(Path(".").glob("*_bright*"))) < 9


def test_a_style_can_be_a_file(uegan, bright, tmp_path):
    Path("look.safetensors").write_bytes(bright.path.read_bytes())
    assert uegan("enhance", "a.jpg", "-s", "look.safetensors").out == "a.jpg -> a_look.jpg\n"


def test_strength_0_keeps_the_pixels(uegan):
    assert uegan("enhance", "a.jpg", "-s", "bright", "--strength", "0").code == 0
    assert np.array_equal(np.asarray(Image.open("a.jpg")), np.asarray(Image.open("a_bright.jpg")))


def test_half_the_strength_is_half_the_edit(uegan):
    uegan("enhance", "b.png", "-s", "bright", "--strength", "0.5")
    assert abs(level_of("b_bright.png") - 113) <= 1


@pytest.mark.parametrize("keep", ["all", "no-gps", "none"])
@pytest.mark.parametrize("strength", [0, 1])
def test_results_keep_the_metadata_that_was_asked_for(uegan, keep, strength):
    exif = Image.Exif()
    exif[271] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    Image.open("b.png").convert("RGB").save("g.jpg", exif=exif)
    assert uegan("enhance", "g.jpg", "-s", "bright", "--metadata", keep, "--strength", strength).code == 0
    with Image.open("g_bright.jpg") as picture:
        assert (271 in picture.getexif(), 0x8825 in picture.getexif()) == (keep != "none", keep == "all")


def test_in_place_keeps_the_original(uegan):
    before = Path("a.jpg").read_bytes()
    assert uegan("enhance", "a.jpg", "-s", "bright", "--in-place").code == 0
    assert Path("a.jpg_original").read_bytes() == before
    assert abs(level_of("a.jpg") - 125) <= 1
    assert uegan("enhance", "a.jpg", "-s", "bright", "--in-place").code == 0
    assert abs(level_of("a.jpg") - 125) <= 1


def test_interrupted_while_printing_it_says_how_to_continue(uegan, monkeypatch):
    monkeypatch.setattr(Report, "progress_line", interrupt)
    outcome = uegan("enhance", ".", "-s", "bright")
    assert outcome.code == 130 and "the same command continues with the rest" in outcome.err


INTERRUPTED = """
import os, signal, sys
from itertools import count
from uegan_cli.commands.app import main
from uegan_cli.jobs import pipeline

read, numbers, wanted = pipeline.read_photo, count(), signal.Signals[sys.argv.pop(1)]
def interrupted(path, **options):
    if next(numbers) == 6:
        os.kill(os.getpid(), wanted)
    return read(path, **options)
pipeline.read_photo = interrupted
main()
"""
"""Receives a signal with its seventh photo in hand."""


@pytest.mark.skipif(os.name == "nt", reason="signals are Unix's")
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_in_the_middle_it_leaves_complete_files_only(signum, code):
    for number in range(40):
        Path(f"{number}.png").write_bytes(Path("b.png").read_bytes())
    command = [sys.executable, "-c", INTERRUPTED, signum.name, "enhance", ".", "-s", "bright"]
    done = subprocess.run(command, capture_output=True, env=environment(), timeout=LIMIT, check=False)
    err = done.stderr
    assert done.returncode == code, err
    assert b"Traceback" not in err and b"the same command continues" in err
    assert not [name for name in file_names() if "tmp" in name or name.startswith(".")]
    results = list(Path(".").glob("*_bright.png"))
    assert 1 <= len(results) < 42
    for path in results:
        Image.open(path).load()
