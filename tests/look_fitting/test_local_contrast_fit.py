from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.benchmarks.looks import apply, blurred, bright_airy, luma, teal_and_orange
from uegan_cli.look_fitting.local_contrast_fit import MOST, local_contrast
from uegan_cli.look_fitting.photo_set import Folder, look_through
from uegan_cli.look_fitting.statistics import clarity
from uegan_cli.training.data import load_photos


@pytest.fixture(scope="module")
def sides(raw_photos: list[Path]) -> tuple[Folder, list[Tensor]]:
    """A hundred ordinary photos, looked through, and a hundred others."""
    photos = list(load_photos(raw_photos[:200], 192).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    return look_through([photos[i] for i in order[::2]], None), [photos[i] for i in order[1::2]]


def crisper(x: Tensor) -> Tensor:
    light = luma(x)
    return (x + 0.6 * (light - blurred(light, min(x.shape[-2:]) / 24))).clamp(0, 1)


@pytest.fixture(scope="module")
def crisp(sides: tuple[Folder, list[Tensor]]) -> Folder:
    """The first hundred, made crisper."""
    return look_through([apply(crisper, photo) for photo in sides[0].photos], None)


def test_tones_and_colours_are_not_taken_for_it(sides: tuple[Folder, list[Tensor]], crisp: Folder) -> None:
    some = sides[0].photos[:40]
    plain = clarity(some).mean()
    for look in (bright_airy, teal_and_orange):
        assert abs(float(clarity([apply(look, photo) for photo in some]).mean() - plain)) < 0.02
    assert clarity(crisp.photos[:40]).mean() - plain > 0.1


def test_the_same_photos_made_crisper_say_how_much(sides: tuple[Folder, list[Tensor]], crisp: Folder) -> None:
    found, seen = local_contrast(sides[0], crisp)
    assert 0.4 < float(found.gain) <= MOST
    assert not torch.equal(seen.colours, sides[0].colours)


def test_other_photos_without_it_say_nothing(sides: tuple[Folder, list[Tensor]]) -> None:
    raw, others = sides
    found, seen = local_contrast(raw, look_through([apply(bright_airy, photo) for photo in others], None))
    assert float(found.gain) == 0 and seen is raw


def test_it_is_never_taken_away(sides: tuple[Folder, list[Tensor]], crisp: Folder) -> None:
    """A folder of portraits before blurred backgrounds is not a wish for blur."""
    assert float(local_contrast(crisp, sides[0])[0].gain) == 0
