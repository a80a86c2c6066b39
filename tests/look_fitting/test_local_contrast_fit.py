from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.known_looks import apply_look, bright_airy, gaussian_blur, luma, teal_and_orange
from uegan_cli.look_fitting.local_contrast_fit import MAX_GAIN, fit_local_contrast
from uegan_cli.look_fitting.photo_set import PhotoSet, describe_photos
from uegan_cli.look_fitting.statistics import local_contrast_ratio
from uegan_cli.training.data import load_photos


@pytest.fixture(scope="module")
def sides(raw_photos: list[Path]) -> tuple[PhotoSet, list[Tensor]]:
    """A set of a hundred ordinary photos, and a hundred others."""
    photos = list(load_photos(raw_photos[:200], 192).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    return describe_photos([photos[i] for i in order[::2]], None), [photos[i] for i in order[1::2]]


def crisper(x: Tensor) -> Tensor:
    light = luma(x)
    return (x + 0.6 * (light - gaussian_blur(light, min(x.shape[-2:]) / 24))).clamp(0, 1)


@pytest.fixture(scope="module")
def crisp(sides: tuple[PhotoSet, list[Tensor]]) -> PhotoSet:
    """The first hundred, with more local contrast."""
    return describe_photos([apply_look(crisper, photo) for photo in sides[0].photos], None)


def test_tones_and_colours_do_not_count_as_local_contrast(
    sides: tuple[PhotoSet, list[Tensor]], crisp: PhotoSet
) -> None:
    some = sides[0].photos[:40]
    plain = local_contrast_ratio(some).mean()
    for look in (bright_airy, teal_and_orange):
        toned = local_contrast_ratio([apply_look(look, photo) for photo in some])
        assert abs(float(toned.mean() - plain)) < 0.02
    assert local_contrast_ratio(crisp.photos[:40]).mean() - plain > 0.1


def test_the_gain_is_found_between_the_same_photos(sides: tuple[PhotoSet, list[Tensor]], crisp: PhotoSet) -> None:
    contrast, raw = fit_local_contrast(sides[0], crisp)
    assert 0.4 < float(contrast.gain) <= MAX_GAIN
    assert not torch.equal(raw.colours, sides[0].colours)


def test_other_photos_without_it_give_no_gain(sides: tuple[PhotoSet, list[Tensor]]) -> None:
    raw, others = sides
    liked = describe_photos([apply_look(bright_airy, photo) for photo in others], None)
    contrast, unchanged = fit_local_contrast(raw, liked)
    assert float(contrast.gain) == 0 and unchanged is raw


def test_local_contrast_is_never_reduced(sides: tuple[PhotoSet, list[Tensor]], crisp: PhotoSet) -> None:
    """A folder of portraits with blurred backgrounds does not ask for blur."""
    assert float(fit_local_contrast(crisp, sides[0])[0].gain) == 0
