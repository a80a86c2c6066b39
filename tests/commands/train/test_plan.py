"""A dry run prints the data set and the plan, and writes nothing."""

from __future__ import annotations

import re

import pytest

from tests.commands.train.conftest import TINY
from uegan_cli.paths import runs_dir

pytestmark = pytest.mark.usefixtures("folders")


def test_a_dry_run_prints_the_plan_and_writes_nothing(uegan, uegan_home):
    outcome = uegan("train", "--liked", "liked", "--raw", "raw", "--dry-run", *TINY)
    assert (outcome.code, outcome.err) == (0, "Checking 20 photos\nnothing was written\n")
    lines = {line[:9].strip(): line[9:] for line in outcome.out.splitlines() if not line.startswith("note")}
    assert (lines["liked"], lines["raw"]) == ("10 photos", "10 photos")
    whole = "300 on whole photos if the exposure of raw photos varies"
    assert lines["steps"] == f"{whole}, then 400, each on 2 liked and 2 raw crops of 96 px"
    assert lines["start"] == "a new network and the instant look"
    assert lines["VGG"] == "not found; training downloads it once (548 MB)"
    assert re.fullmatch(r"about \d+ (seconds|minutes?), at \d+\.\d photos per second", lines["time"])
    assert lines["folder"] == str(runs_dir() / "mine")
    assert list(uegan_home.iterdir()) == []


def test_a_dry_run_in_json_is_the_data_set_and_the_plan(uegan, without_vgg):
    asked = ("train", "--liked", "liked", "--raw", "raw", "--dry-run", "--json", "--quiet")
    outcome = uegan(*asked, *TINY, *without_vgg)
    photos, plan = outcome.records
    assert (photos["photos"]["liked"]["usable"], plan["plan"]["steps_left"]) == (10, 700)
    assert plan["plan"]["features"] == "vgg.pth" and plan["plan"]["seconds"] > 0
