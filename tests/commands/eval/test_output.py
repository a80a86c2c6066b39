"""Results on the terminal, as JSON and as CSV, and the exit code for a style below its bound."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from uegan_cli.styles.file import Style


def test_the_table_has_headings_and_explains_its_columns(pairs: Path, bright: Style, uegan: Run) -> None:
    outcome = uegan("eval", "raw", "-s", "bright", "--reference", "finished")
    heading, *lines = outcome.out.splitlines()
    assert heading.split("\t") == ["", "PSNR", "SSIM", "ΔE", "change"]
    assert lines[0].startswith("input\t20.") and lines[-1].startswith("bright\t")
    assert "signal-to-noise ratio to the reference, in dB" in outcome.err
    assert "3 photos, 0 failed" in outcome.err


def test_csv_has_a_line_per_photo_and_method(pairs: Path, bright: Style, uegan: Run) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--reference", "finished", "--no-baselines", "--csv", "found.csv")
    assert uegan(*arguments).code == 0
    lines = list(csv.DictReader(Path("found.csv").read_text().splitlines()))
    assert [(line["photo"], line["subject"]) for line in lines] == [
        (photo, subject) for photo in "abc" for subject in ("input", "bright")
    ]
    assert float(lines[1]["psnr"]) > 45 and lines[1]["path"] == "raw/a.png"


def test_json_has_an_object_per_photo_and_method_and_then_a_summary(pairs: Path, bright: Style, uegan: Run) -> None:
    *photos, last = uegan("eval", "raw", "-s", "bright", "--no-baselines", "--json").records
    assert [(record["photo"], record["subject"]) for record in photos][:2] == [("a", "input"), ("a", "bright")]
    assert last["photos"] == 3 and last["failed"] == 0


@pytest.mark.parametrize(
    ("bound", "code", "said"),
    [("psnr=40", 0, ""), ("psnr=99", 1, "is below 99"), ("delta_e=3", 0, ""), ("delta_e=0.001", 1, "is above 0.001")],
)
def test_a_style_worse_than_a_bound_fails_the_command(
    pairs: Path, bright: Style, uegan: Run, bound: str, code: int, said: str
) -> None:
    """The input is worse than the bounds, too, but only styles and results are held to them."""
    outcome = uegan("eval", "raw", "-s", "bright", "--reference", "finished", "--fail-under", bound)
    assert outcome.code == code
    assert said in outcome.err and ("bright: " in outcome.err) == bool(code)
