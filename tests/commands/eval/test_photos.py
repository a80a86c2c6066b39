"""Which photos are compared, and which are skipped."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run
from uegan_cli.styles.file import Style


def test_a_photo_without_a_reference_is_named_and_skipped(pairs: Path, uegan: Run) -> None:
    Path("finished/c.tif").rename("finished/d.tif")
    outcome = uegan("eval", "raw", "--reference", "finished", "--no-baselines")
    assert outcome.code == 0
    assert "raw/c.png: no matching file" in outcome.err and "finished/d.tif: no matching file" in outcome.err
    assert "2 photos, 0 failed" in outcome.err


def test_results_of_uegan_are_skipped(pairs: Path, bright: Style, uegan: Run) -> None:
    assert uegan("enhance", "raw", "-s", "bright").code == 0
    outcome = uegan("eval", "raw", "-s", "bright")
    assert "raw/a_bright.png: a result of uegan; skipped" in outcome.err and "3 photos, 0 failed" in outcome.err
    outcome = uegan("eval", *sorted(Path("raw").glob("*_bright.png")))
    assert outcome.code == 3 and "name the original photos" in outcome.err


def test_a_folder_without_photos_is_named(pairs: Path, bright: Style, uegan: Run) -> None:
    Path("empty").mkdir()
    outcome = uegan("eval", "raw", "empty", "-s", "bright", "--no-baselines")
    assert outcome.code == 0 and "empty: no photos here" in outcome.err
