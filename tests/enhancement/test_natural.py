"""What the built-in style promises, on photos that it has never seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from tests.colour_difference import delta_e
from tests.conftest import lying_beside
from uegan_cli.enhancement.downsampling import area_average, working_shape
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.photo.reading import read_photo
from uegan_cli.styles import names
from uegan_cli.styles.store import load_style


@pytest.fixture(scope="module")
def enhancer() -> Enhancer:
    return Enhancer("natural", device="cpu")


@pytest.fixture(scope="module")
def retouched() -> list[tuple[Path, Path]]:
    """Photos as the camera made them, and as an expert retouched them; natural was not trained on them."""
    folder = lying_beside("fivek")
    return [(raw, folder / "label" / raw.name) for raw in sorted((folder / "raw").glob("*.png"))]


def psnr(one: np.ndarray, two: np.ndarray) -> float:
    """As the paper measures it: RGB, without a border of 4 pixels."""
    error = (one[4:-4, 4:-4].astype(np.float64) - two[4:-4, 4:-4]) ** 2
    return float(10 * np.log10(255**2 / error.mean()))


def test_it_ships_in_the_package_in_under_ten_megabytes() -> None:
    assert names.find("natural").stat().st_size < 10_000_000
    style = load_style("natural")
    assert style.card.licence and style.card.command.startswith("uegan train")
    assert style.preview is not None


def test_it_comes_five_decibels_nearer_to_an_expert_than_the_photos_are(
    enhancer: Enhancer, retouched: list[tuple[Path, Path]]
) -> None:
    """And two and a half nearer than plain automatic contrast."""
    before, contrast, after = [], [], []
    for raw, label in retouched:
        photo, expert = read_photo(raw), np.asarray(Image.open(label).convert("RGB"))
        stretched = ImageOps.autocontrast(Image.open(raw).convert("RGB"), cutoff=1, preserve_tone=True)
        before.append(psnr(photo.pixels, expert))
        contrast.append(psnr(np.asarray(stretched), expert))
        after.append(psnr(enhancer.enhance(photo).pixels, expert))
    means = [np.mean(found) for found in (before, contrast, after)]
    print("\nPSNR against expert C: input {:.2f}, automatic contrast {:.2f}, natural {:.2f} dB".format(*means))
    assert means[2] > means[0] + 5 and means[2] > means[1] + 2.5


def made_of(enhancer: Enhancer, path: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """What the network made of a photo at working size, and the full-size result, averaged down to it; white = 1."""
    photo = read_photo(path)
    shape = working_shape(*photo.pixels.shape[:2], enhancer.style.working_size)
    small = area_average(torch.from_numpy(photo.pixels), *shape) / 255
    with torch.no_grad():
        low = enhancer.style.generator((small * 2 - 1)[None])[0].add(1).div(2)
    result = np.ascontiguousarray(enhancer.enhance(photo).pixels)
    return low, area_average(torch.from_numpy(result), *shape) / 255


def test_the_full_size_result_is_what_the_network_made_at_working_size(enhancer: Enhancer) -> None:
    """The gate for generator edits: 50 dB and a mean difference of half a level of ΔE, here in RGB."""
    paths = sorted(lying_beside("large").glob("*.jpg"))
    paths += (
        sorted(lying_beside("liked").glob("*.jpg"))[::60] + sorted(lying_beside("raw").glob("cameras__*.jpg"))[::40]
    )
    pairs = [made_of(enhancer, path) for path in paths]
    decibels = [float(-10 * (low - full).square().mean().log10()) for low, full in pairs]
    levels = [float((low - full).abs().mean() * 255) for low, full in pairs]
    print(f"\nfull size against the network: {np.mean(decibels):.1f} dB, {np.mean(levels):.2f} levels")
    assert np.mean(decibels) > 50
    assert np.mean(levels) < 1


def test_finished_photos_stay_nearly_as_they_are(enhancer: Enhancer) -> None:
    """Those that it has not seen."""
    changes = []
    for path in sorted(lying_beside("liked").glob("*.jpg"))[::14]:
        photo = read_photo(path)
        pair = [
            torch.from_numpy(np.ascontiguousarray(x.pixels)).permute(2, 0, 1) / 127.5 - 1
            for x in (photo, enhancer.enhance(photo))
        ]
        changes.append(delta_e(pair[0], pair[1]))
    print(f"\nfinished photos, {len(changes)}: changed by {np.mean(changes):.1f} (CIE 1976)")
    assert np.mean(changes) < 6


def test_clouds_are_not_blown_out(enhancer: Enhancer) -> None:
    """In ordinary photos that it has not seen."""
    paths = [path for path in sorted(lying_beside("raw").iterdir()) if path.name.startswith(("bsds", "imagenet"))][::3]
    lost = []
    for path in paths:
        photo = read_photo(path)
        before, after = ((x.pixels >= 250).all(axis=-1) for x in (photo, enhancer.enhance(photo)))
        lost.append(100 * (after & ~before).mean())
    print(f"\nordinary photos, {len(lost)}: {np.mean(lost):.2f} % newly white, {max(lost):.1f} % of one at most")
    assert np.mean(lost) < 0.3 and max(lost) < 5
