from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.known_looks import apply_look, bright_airy
from uegan_cli.look.colour_map import ColourMap
from uegan_cli.look_fitting import colour_map_fit
from uegan_cli.look_fitting.colour_map_fit import fit_colour_map
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.training.data import load_photos, to_float

from .scenes import scenes


def fit_to_photos(raw: list[Tensor], liked: list[Tensor]) -> ColourMap:
    return fit_colour_map(describe_photos(raw, None), describe_photos(liked, None, seed=1), seed=0)


def test_the_search_has_converged(raw_photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the result would depend on accidents such as the rounding of deep features."""
    photos = list(load_photos(raw_photos[::2], 96).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = [photos[i] for i in order]
    sides = shuffled[:60], [apply_look(bright_airy, p) for p in shuffled[60:80]]
    colours = to_float(torch.stack(scenes(10, 3)))
    found = fit_to_photos(*sides)(colours).clamp(-1, 1)
    monkeypatch.setattr(colour_map_fit, "MAX_ITERATIONS", 2 * colour_map_fit.MAX_ITERATIONS)
    assert (fit_to_photos(*sides)(colours).clamp(-1, 1) - found).abs().max() < 0.01


def test_greys_rise_even_if_liked_photos_are_negatives(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[:60:3], 96).values())
    colour_map = fit_to_photos(photos, [255 - p for p in photos])
    greys = torch.linspace(-1, 1, 64).expand(3, 64)[None, :, :, None]
    assert (colour_map(greys)[0, :, :, 0].diff(dim=1) > 0).all()


def test_one_odd_photo_does_not_decide() -> None:
    raw, liked = scenes(24, 0), scenes(24, 1)
    odd = [*liked[1:], torch.full((3, 96, 128), 255, dtype=torch.uint8)]
    x = to_float(torch.stack(raw))
    change = (fit_to_photos(raw, odd)(x).clamp(-1, 1) - fit_to_photos(raw, liked)(x).clamp(-1, 1)).abs().mean()
    assert change < 0.04, "the mean of the odd set is 0.04 brighter"


def test_flat_grey_photos_are_mapped_to_greys() -> None:
    grey = [torch.full((3, 40, 60), level, dtype=torch.uint8) for level in range(60, 180, 10)]
    darker = fit_to_photos(grey, [photo // 2 for photo in grey])(torch.zeros(1, 3, 1, 1))
    assert darker.mean() < -0.1
    assert float(darker.max() - darker.min()) == pytest.approx(0, abs=0.02)
