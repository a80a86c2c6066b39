"""What is compared and measured: styles, results, references, liked photos, NIMA, KID."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image
from torchvision.models import mobilenet_v2

from tests.commands.conftest import Run
from tests.commands.eval.conftest import Summary
from tests.conftest import lying_beside
from uegan_cli.paths import measured_file
from uegan_cli.styles.file import Style


def test_a_style_that_makes_the_references_scores_best(pairs: Path, bright: Style, summary: Summary):
    rows = summary("raw", "-s", "bright", "--reference", "finished")
    assert list(rows) == ["input", "automatic contrast", "equalised", "equalised locally", "bright"]
    assert rows["input"]["psnr"]["mean"] == pytest.approx(20, abs=0.3)
    assert rows["bright"]["psnr"]["mean"] > 45
    assert rows["bright"]["ssim"]["mean"] > 0.999
    assert rows["bright"]["delta_e"]["mean"] < 1 < rows["input"]["delta_e"]["mean"]
    assert rows["bright"]["psnr"]["low"] <= rows["bright"]["psnr"]["mean"] <= rows["bright"]["psnr"]["high"]
    assert rows["bright"]["photos"] == 3


def test_without_references_change_and_fidelity_to_the_input_are_measured(
    pairs: Path, bright: Style, summary: Summary
) -> None:
    rows = summary("raw", "-s", "bright", "--no-baselines")
    assert list(rows) == ["input", "bright"]
    assert rows["input"]["change"]["mean"] == 0 and rows["input"]["fidelity"]["mean"] == 1
    assert rows["bright"]["change"]["mean"] > 5 and rows["bright"]["fidelity"]["mean"] > 0.9
    assert "psnr" not in rows["bright"]


def test_half_the_strength_is_half_the_change(pairs: Path, bright: Style, summary: Summary) -> None:
    whole = summary("raw", "-s", "bright")["bright"]["change"]["mean"]
    half = summary("raw", "-s", "bright", "--strength", "0.5")["bright"]["change"]["mean"]
    assert half == pytest.approx(whole / 2, rel=0.1)


def test_results_are_compared_beside_styles(pairs: Path, bright: Style, summary: Summary, uegan: Run) -> None:
    shutil.copytree("finished", "theirs/below")
    Path("theirs/below/b.tif").unlink()
    rows = summary("raw", "-s", "bright", "--results", "theirs=theirs", "--reference", "finished")
    assert rows["theirs"]["photos"] == 2
    assert rows["theirs"]["psnr"]["mean"] == 100, "equal pictures"
    assert rows["theirs"]["ssim"]["mean"] == 1
    outcome = uegan("eval", "raw", "--results", "theirs=theirs", "--reference", "finished")
    assert "theirs: no result for 1 photo" in outcome.err
    assert "natural" not in outcome.out, "--results without -s evaluates the results only"
    assert outcome.out.splitlines()[0].split("\t")[1] == "photos"


def test_results_of_another_size_are_compared_at_the_smaller_size(pairs: Path, summary: Summary) -> None:
    Path("theirs").mkdir()
    for path in Path("finished").iterdir():
        Image.open(path).resize((40, 32), Image.Resampling.LANCZOS).save(f"theirs/{path.stem}.jpg", quality=98)
    rows = summary("raw", "--results", "theirs=theirs", "--reference", "finished")
    assert rows["theirs"]["psnr"]["mean"] > 30
    assert (rows["theirs"]["size"]["mean"], rows["input"]["size"]["mean"]) == (0.5, 1)


def test_two_versions_of_one_style_are_compared(pairs: Path, bright: Style, summary: Summary, uegan: Run) -> None:
    Path("old").mkdir()
    assert uegan("styles", "export", "bright", "old").code == 0
    found = summary("raw", "-s", "bright", "-s", "old/bright.safetensors", "--no-baselines")
    assert list(found) == ["input", "bright", "bright.safetensors"]


def test_a_style_close_to_the_liked_photos_in_tone_scores_close(pairs: Path, bright: Style, summary: Summary) -> None:
    rows = summary("raw", "-s", "bright", "--liked", "finished", "--no-baselines")
    assert rows["bright"]["tone"]["mean"] < 1 < rows["input"]["tone"]["mean"]
    assert rows["bright"]["colour"]["mean"] <= rows["input"]["colour"]["mean"] + 0.5
    assert "kid" not in rows["bright"]


def test_kid_is_measured_with_vgg_weights(
    tmp_path: Path, bright: Style, vgg16_file: Path, raw_photos: list[Path], liked_photos: list[Path], summary: Summary
) -> None:
    for folder, photos in (("raw", raw_photos), ("liked", liked_photos)):
        (tmp_path / folder).mkdir()
        for path in photos[::40]:
            Image.open(path).convert("RGB").resize((48, 48)).save(tmp_path / folder / path.name)
    rows = summary(
        tmp_path / "raw", "-s", "bright", "--liked", tmp_path / "liked", "--vgg-weights", vgg16_file, "--no-baselines"
    )
    assert rows["input"]["kid"]["low"] < rows["input"]["kid"]["mean"] < rows["input"]["kid"]["high"]
    assert rows["bright"]["kid"]["mean"] != rows["input"]["kid"]["mean"]


def test_nima_is_measured_with_its_weights_named_or_cached(pairs: Path, summary: Summary) -> None:
    torch.manual_seed(0)
    tensors = {f"base_model.0.{key}": value for key, value in mobilenet_v2(weights=None).features.state_dict().items()}
    head = torch.nn.Linear(1280, 10)
    torch.save(tensors | {"head.2.weight": head.weight, "head.2.bias": head.bias}, "pretrain-model.pth")
    rows = summary("raw", "--nima", "pretrain-model.pth", "--no-baselines")
    assert 1 <= rows["input"]["nima"]["mean"] <= 10
    measured_file().parent.joinpath("weights").mkdir(parents=True)
    shutil.copy("pretrain-model.pth", measured_file().parent / "weights" / "pretrain-model.pth")
    assert summary("raw", "--no-baselines")["input"]["nima"] == rows["input"]["nima"]


def test_fivek_gives_the_figures_of_the_readme(summary: Summary) -> None:
    fivek = lying_beside("fivek")
    rows = summary(fivek / "raw", "--reference", fivek / "label")
    found = {name: (round(row["psnr"]["mean"], 1), round(row["ssim"]["mean"], 3)) for name, row in rows.items()}
    assert found["input"] == (19.1, 0.838)
    assert found["automatic contrast"] == (21.5, 0.893)
    psnr, ssim = found["natural"]
    assert psnr > 24 and ssim > 0.885
