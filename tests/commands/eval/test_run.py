"""A run keeps its measurements, and a photo that fails stops no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.conftest import Run, interrupt
from tests.commands.eval.conftest import Summary
from uegan_cli.errors import PhotoError
from uegan_cli.evaluation.table import MetricTable
from uegan_cli.photo.reading import read_photo
from uegan_cli.styles.file import Style


def test_a_second_run_reads_no_photo(
    pairs: Path, bright: Style, summary: Summary, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("raw", "-s", "bright", "--reference", "finished", "--liked", "finished")
    first = summary(*arguments)

    def unread(*_: object, **__: object) -> None:
        raise AssertionError("a photo was read")

    for name in ("read_photo", "read_upright_srgb"):
        monkeypatch.setattr(f"uegan_cli.evaluation.methods.{name}", unread)
    assert summary(*arguments) == first


def test_a_changed_photo_is_measured_again(pairs: Path, bright: Style, summary: Summary) -> None:
    arguments = ("raw", "-s", "bright", "--reference", "finished", "--no-baselines")
    first = summary(*arguments)
    shutil.copy("raw/a.png", "raw/b.png")
    assert summary(*arguments)["input"]["psnr"]["mean"] < first["input"]["psnr"]["mean"] - 1


def test_fresh_measures_everything_again(pairs: Path, summary: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    summary("raw", "--no-baselines")
    monkeypatch.setattr("uegan_cli.evaluation.metric_groups.luma_ssim", lambda *_: 0.5)
    assert summary("raw", "--no-baselines")["input"]["fidelity"]["mean"] == 1
    assert summary("raw", "--no-baselines", "--fresh")["input"]["fidelity"]["mean"] == 0.5
    assert summary("raw", "--no-baselines")["input"]["fidelity"]["mean"] == 0.5, "the next time, too"


def test_another_version_of_uegan_measures_everything_again(
    pairs: Path, bright: Style, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--no-baselines", "--html", "page")
    assert uegan(*arguments).code == 0
    before = {path.name for path in Path("page/photos").iterdir()}
    monkeypatch.setattr("uegan_cli.evaluation.measurements.__version__", "9.9")
    assert uegan(*arguments).code == 0
    after = {path.name for path in Path("page/photos").iterdir()}
    assert len(after) == len(before) == 6 and not before & after, "pictures of the earlier page are removed"


def test_a_photo_that_is_too_large_is_refused_even_if_it_was_measured_before(pairs: Path, uegan: Run) -> None:
    assert uegan("eval", "raw", "--no-baselines").code == 0
    outcome = uegan("eval", "raw", "--no-baselines", "--max-pixels", "1000", "--html", "page")
    assert outcome.code == 3 and outcome.err.count("raw/b.png") == 1


def test_a_picture_that_cannot_be_shown_stops_no_other(
    pairs: Path, bright: Style, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The photo was measured by an earlier run and cannot be read now."""
    arguments = ("eval", "raw", "-s", "bright", "--reference", "finished", "--no-baselines")
    assert uegan(*arguments).code == 0

    def unreadable(path: Path, **_: object) -> None:
        if path.name == "b.png":
            raise PhotoError(f"{path}: cannot be read")
        return read_photo(path)

    monkeypatch.setattr("uegan_cli.evaluation.methods.read_photo", unreadable)
    outcome = uegan(*arguments, "--html", "page", "--csv", "found.csv")
    assert outcome.code == 1 and outcome.err.count("raw/b.png: cannot be read") == 1
    shown = json.loads(Path("page/index.html").read_text().split('id="comparison">')[1].split("</script>")[0])
    assert [photo["name"] for photo in shown["photos"]] == ["a", "c"]
    assert "raw/b.png: cannot be read" in Path("found.csv").read_text()


def test_a_missing_reference_stops_no_other(pairs: Path, uegan: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("finished/b.tif").unlink()
    Path("finished/b.tif").symlink_to("nowhere")
    outcome = uegan("eval", "raw", "--reference", "finished", "--no-baselines")
    assert outcome.code == 1 and "finished/b.tif: cannot be read" in outcome.err
    assert "3 photos, 1 failed" in outcome.err


def test_every_problem_of_a_photo_is_reported(pairs: Path, uegan: Run) -> None:
    for name in ("theirs", "others"):
        Path(name).mkdir()
        for photo in "abc":
            Path(name, f"{photo}.png").write_bytes(
                Path(f"raw/{photo}.png").read_bytes()[: 200 if photo == "b" else None]
            )
    outcome = uegan("eval", "raw", "--results", "theirs=theirs", "--results", "others=others", "--no-baselines")
    assert "theirs/b.png: broken" in outcome.err and "others/b.png: broken" in outcome.err


def test_a_broken_photo_is_named_once_and_stops_no_other(pairs: Path, bright: Style, uegan: Run) -> None:
    Path("raw/b.png").write_bytes(Path("raw/b.png").read_bytes()[:200])
    outcome = uegan("eval", "raw", "-s", "bright", "--reference", "finished")
    assert outcome.code == 1
    assert outcome.err.count("raw/b.png: broken photo") == 1
    assert "3 photos, 1 failed" in outcome.err


def test_a_reference_of_another_shape_is_named_and_stops_no_other(pairs: Path, uegan: Run) -> None:
    Image.open("finished/b.tif").rotate(90, expand=True).save("finished/b.tif")
    outcome = uegan("eval", "raw", "--reference", "finished", "--no-baselines")
    assert outcome.code == 1
    assert "raw/b.png (input): 80 x 64 and 64 x 80 pixels have different aspect ratios" in outcome.err


def test_interrupted_while_it_counts_it_says_how_to_continue(
    pairs: Path, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetricTable, "add", interrupt)
    outcome = uegan("eval", "raw", "--no-baselines")
    assert outcome.code == 130 and "run the same command again to continue" in outcome.err


def test_an_interrupted_run_keeps_its_measurements(pairs: Path, uegan: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from uegan_cli.evaluation import metric_groups

    measured = []

    def stop_at_the_third(*pair: object) -> float:
        measured.append(pair)
        if len(measured) == 3:
            raise KeyboardInterrupt
        return 0.9

    monkeypatch.setattr(metric_groups, "luma_ssim", stop_at_the_third)
    outcome = uegan("eval", "raw", "-s", "natural", "--no-baselines", "--csv", "found.csv")
    assert outcome.code == 130
    assert "run the same command again to continue" in outcome.err
    assert not Path("found.csv").exists()
    assert uegan("eval", "raw", "-s", "natural", "--no-baselines").code == 0
    assert len(measured) == 7, "the measurements of two photos were kept"
