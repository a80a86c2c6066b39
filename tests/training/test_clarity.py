from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.benchmarks.looks import apply, blurred, bright_airy, luma, teal_and_orange
from uegan_cli.training.clarity import MOST, local_contrast
from uegan_cli.training.data import load_photos
from uegan_cli.training.folder import Folder, look_through
from uegan_cli.training.statistics import clarity


@pytest.fixture(scope="module")
def sides(raw_photos: list[Path]) -> tuple[list[Tensor], list[Tensor]]:
    """A hundred ordinary photos a side."""
    photos = list(load_photos(raw_photos[:200], 192).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    return [photos[i] for i in order[::2]], [photos[i] for i in order[1::2]]


def crisper(x: Tensor) -> Tensor:
    light = luma(x)
    return (x + 0.6 * (light - blurred(light, min(x.shape[-2:]) / 24))).clamp(0, 1)


def folders(raw: list[Tensor], liked: list[Tensor]) -> tuple[Folder, Folder]:
    return look_through(raw, None), look_through(liked, None)


def test_tones_and_colours_are_not_taken_for_it(sides: tuple[list[Tensor], list[Tensor]]) -> None:
    raw, _ = sides
    plain = clarity(raw).mean()
    for look in (bright_airy, teal_and_orange):
        assert abs(float(clarity([apply(look, photo) for photo in raw]).mean() - plain)) < 0.02
    assert clarity([apply(crisper, photo) for photo in raw]).mean() - plain > 0.1


def test_the_same_photos_made_crisper_say_how_much(sides: tuple[list[Tensor], list[Tensor]]) -> None:
    raw, _ = sides
    found, seen = local_contrast(*folders(raw, [apply(crisper, photo) for photo in raw]))
    assert 0.4 < float(found.gain) <= MOST
    assert not torch.equal(seen.colours, look_through(raw, None).colours)


def test_other_photos_without_it_say_nothing(sides: tuple[list[Tensor], list[Tensor]]) -> None:
    raw, liked = sides
    given = folders(raw, [apply(bright_airy, photo) for photo in liked])
    found, seen = local_contrast(*given)
    assert float(found.gain) == 0 and seen is given[0]


def test_it_is_never_taken_away(sides: tuple[list[Tensor], list[Tensor]]) -> None:
    """A folder of portraits before blurred backgrounds is not a wish for blur."""
    raw, liked = sides
    assert float(local_contrast(*folders([apply(crisper, photo) for photo in raw], liked))[0].gain) == 0
