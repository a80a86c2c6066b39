"""What is printed, as text and as JSON."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.enhance.files import file_names

pytestmark = pytest.mark.usefixtures("bright", "photos")


def test_the_summary_says_why_a_photo_was_skipped(uegan):
    uegan("enhance", "a.jpg", "-s", "bright")
    assert "a.jpg: a_bright.jpg exists; --force replaces it" in uegan("enhance", "a.jpg", "-s", "bright").err


def test_json_is_an_object_per_photo_and_then_a_summary(uegan, bright):
    *photos, summary = uegan("enhance", "a.jpg", "b.png", "-s", "bright", "--json").records
    assert [photo["output"] for photo in photos] == ["a_bright.jpg", "b_bright.png"]
    assert {photo["status"] for photo in photos} == {"enhanced"}
    assert (photos[0]["width"], photos[0]["height"]) == (64, 48)
    assert (summary["style"], summary["style_hash"], summary["strength"]) == ("bright", bright.hash, 1.0)


def test_json_has_format_and_camera(uegan):
    exif = Image.Exif()
    exif[271], exif[272], exif[306] = "Maker", "Model", "2020:02:03 04:05:06"
    Image.open("b.png").convert("RGB").save("c.jpg", exif=exif)
    Path("bad.jpg").write_bytes(b"no photo")
    bad, camera = uegan("enhance", "bad.jpg", "c.jpg", "-s", "bright", "--json").records[:2]
    told = {name: camera[name] for name in ("format", "style", "make", "model", "taken")}
    assert told == {
        "format": "JPEG", "style": "bright", "make": "Maker", "model": "Model", "taken": "2020-02-03T04:05:06"
    }  # fmt: skip
    assert (bad["status"], bad["format"], bad["make"], bad["style"]) == ("failed", None, None, "bright")


def test_quiet_prints_nothing(uegan):
    outcome = uegan("enhance", "a.jpg", "-s", "bright", "-q")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert Path("a_bright.jpg").exists()


def test_control_characters_in_names_are_escaped(uegan):
    Path("\x1b[2Jx.jpg").write_bytes(Path("a.jpg").read_bytes())
    outcome = uegan("enhance", ".", "-s", "bright")
    assert "\x1b" not in outcome.out + outcome.err
    assert "\\x1b[2Jx.jpg" in outcome.out


def test_a_dry_run_writes_nothing(uegan):
    before = file_names()
    outcome = uegan("enhance", ".", "-s", "bright", "--dry-run")
    assert outcome.out == "a.jpg -> a_bright.jpg\nb.png -> b_bright.png\n"
    assert (outcome.code, file_names()) == (0, before)


def test_a_dry_run_prints_what_would_fail_or_be_skipped(uegan):
    Path("a_bright.jpg").write_bytes(Path("a.jpg").read_bytes())
    outcome = uegan("enhance", "a.jpg", "b.png", "gone.jpg", "-s", "bright", "--dry-run")
    assert outcome.code == 1
    assert outcome.out == "a.jpg: a_bright.jpg exists; --force replaces it\nb.png -> b_bright.png\n"
    assert "uegan: gone.jpg: no such file" in outcome.err
    assert "1 photo to enhance, 1 skipped, 1 would fail; nothing was written" in outcome.err


def test_a_photo_goes_through_a_pipe(in_a_process):
    done = in_a_process("enhance", "-", "-o", "-", "-s", "bright", input=Path("a.jpg").read_bytes())
    assert done.returncode == 0, done.stderr
    assert abs(int(np.asarray(Image.open(io.BytesIO(done.stdout)))[20, 30, 0]) - 125) <= 1
    assert file_names() == ["a.jpg", "b.png"]
