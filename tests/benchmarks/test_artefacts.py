"""Two artefacts: shifted hues of coloured things, and amplified noise in shadows.

    pytest -m benchmark -s tests/benchmarks/test_artefacts.py     (minutes)

Hues: known looks, 100 photos a side; the distance in degrees from the hue (CIE L*a*b*) of the known answer, for skin,
plants and skies on 50 other photos. Noise: in flat dark areas of photos that `natural` and a bright look brighten.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.benchmarks.monge_kantorovich import monge_kantorovich
from tests.colour_difference import lab
from tests.known_looks import bright_airy
from uegan_cli import Enhancer, read_photo
from uegan_cli.look_fitting import colour_map_fit
from uegan_cli.look_fitting.instant_look import fit_instant_look
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.losses.features import Features
from uegan_cli.training.data import to_float

from .test_learning import content_components as content_components
from .test_learning import features as features
from .test_learning import make_task
from .test_learning import photos as photos

pytestmark = pytest.mark.benchmark

HUES = {"skin and wood": (30, 80), "plants": (100, 150), "skies and water": (220, 290)}
"""Ranges in degrees."""

MIN_CHROMA = 10.0
"""Below it, hues do not count."""

NOISE_BLOCK = 8
"""Side, in pixels, of the blocks in which noise is measured."""

DARK_LIGHTNESS = (3.0, 30.0)
"""L* of the blocks that count as dark."""

FLAT_SHARE = 0.3
"""Of the dark blocks, those with the least deviation count as flat."""


def hue_errors(look: nn.Module, held_out: list[tuple[Tensor, Tensor]]) -> dict[str, float]:
    """Return the mean distance from the answer's hues in degrees, over pixels that are coloured in all versions.

    held_out: pairs of a photo and its answer, 3 x H x W uint8.
    """
    errors: dict[str, list[float]] = {name: [] for name in HUES}
    for photo, answer in held_out:
        with torch.no_grad():
            result = lab(look(to_float(photo[None]))[0].float())
        before, expected = lab(to_float(photo[None])[0]), lab(to_float(answer[None])[0])
        versions = (before, expected, result)
        hues = [torch.atan2(x[2], x[1]) for x in versions]
        coloured = torch.stack([x[1:].norm(dim=0) for x in versions]).amin(dim=0) > MIN_CHROMA
        shift = torch.remainder(hues[2] - hues[1] + math.pi, 2 * math.pi) - math.pi
        degrees = torch.remainder(hues[0].rad2deg(), 360)
        for name, (low, high) in HUES.items():
            mask = coloured & (degrees > low) & (degrees < high)
            if mask.float().mean() > 0.01:
                errors[name].append(float(shift[mask].abs().mean().rad2deg()))
    return {name: sum(found) / len(found) for name, found in errors.items()}


@pytest.mark.parametrize("name", ["warm film", "teal and orange", "bright, airy, gap"])
def test_hues_are_those_of_the_known_look(
    name: str, photos: list[Tensor], content_components: Tensor, features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also without deep features and without the prior of looks: both keep hues in bounds."""
    task = make_task(name, photos, content_components, 0)
    raw, liked = task.photos.raw, task.photos.liked
    print(f"\n{name}")
    errors = {}

    def measure(method: str, look: nn.Module) -> None:
        errors[method] = hue_errors(look, task.held_out)
        print(f"  {method}: " + ", ".join(f"{hue} {error:.1f}" for hue, error in errors[method].items()), flush=True)

    measure("Monge-Kantorovich", monge_kantorovich(raw, liked))
    measure("instant look", fit_instant_look(describe_photos(raw, features), describe_photos(liked, features)).look)
    measure("without deep features", fit_instant_look(describe_photos(raw, None), describe_photos(liked, None)).look)
    monkeypatch.setattr(colour_map_fit, "PRIOR_WEIGHT", 1e-6)
    measure(
        "without the prior of looks",
        fit_instant_look(describe_photos(raw, features), describe_photos(liked, features)).look,
    )
    means = {method: sum(by_hue.values()) / len(by_hue) for method, by_hue in errors.items()}
    assert means["instant look"] < 10
    assert means["instant look"] <= min(means["Monge-Kantorovich"], means["without the prior of looks"]) + 0.5


def noise(photo: Tensor, edited: Tensor) -> tuple[float, float, float, float] | None:
    """Measure flat dark blocks of a photo, 3 x H x W in [-1, 1]: L* before and after, noise in L* before and after.

    Returns None for a photo with few dark blocks.
    """
    light = [lab(x)[:1, None] for x in (photo, edited)]
    fine = [x - F.avg_pool2d(F.pad(x, [2] * 4, mode="reflect"), 5, 1) for x in light]
    mean = [F.avg_pool2d(x, NOISE_BLOCK).flatten() for x in light]
    deviation = [F.avg_pool2d(x.square(), NOISE_BLOCK).flatten().sqrt() for x in fine]
    dark = (mean[0] > DARK_LIGHTNESS[0]) & (mean[0] < DARK_LIGHTNESS[1]) & (deviation[0] > 0.05)
    if dark.sum() < 100:
        return None
    flat = dark & (deviation[0] <= deviation[0][dark].quantile(FLAT_SHARE))
    return tuple(float(values[flat].median()) for values in (*mean, *deviation))  # type: ignore[return-value]


def enhance_file(path: Path, enhancer: Enhancer) -> tuple[Tensor, Tensor]:
    """Return the photo before and after, 3 x H x W in [-1, 1]."""
    photo = read_photo(path)
    pair = [torch.from_numpy(np.ascontiguousarray(x.pixels)) for x in (photo, enhancer.enhance(photo))]
    return pair[0].permute(2, 0, 1) / 127.5 - 1, pair[1].permute(2, 0, 1) / 127.5 - 1


def test_noise_in_shadows_grows_less_than_their_lightness(shared_data: Path) -> None:
    enhancer, measured = Enhancer("natural", device="cpu"), {"natural": [], "bright, airy": []}
    paths = [*sorted((shared_data / "raw").glob("zerodce__*")), *sorted((shared_data / "raw").glob("cameras__*"))[::4]]
    for path in paths:
        before, after = enhance_file(path, enhancer)
        for name, edited in {"natural": after, "bright, airy": bright_airy((before + 1) / 2) * 2 - 1}.items():
            if (row := noise(before, edited)) is not None:
                measured[name].append(row)
    for name, found in measured.items():
        rows = torch.tensor(found)
        brighter = rows[rows[:, 1] > 1.1 * rows[:, 0]]
        light, noisy = brighter[:, 1] / brighter[:, 0], brighter[:, 3] / brighter[:, 2]
        print(f"\n{name}: {len(brighter)} of {len(rows)} photos have brighter shadows, L* x {light.median():.2f};")
        print(f"their noise is {brighter[:, 2].median():.2f} L* and becomes {brighter[:, 3].median():.2f}", end="")
        print(f" (x {noisy.median():.2f}, at most {noisy.max():.2f})")
        assert float(noisy.median()) < 1.5 and float((noisy / light).median()) < 1
