from __future__ import annotations

import numpy as np
import pytest

from uegan_cli.photo.bmff import depths
from uegan_cli.photo.bmff.item_layout import Layout
from uegan_cli.photo.bmff.items import ItemEncoding


@pytest.mark.parametrize("depth", [10, 12])
def test_every_value_survives_being_widened(depth: int) -> None:
    values = np.arange(1 << depth, dtype=np.uint16).reshape(1, -1, 1)
    wide = depths.widened(values, depth)
    assert wide.dtype == np.uint16 and wide.min() == 0 and wide.max() == 65535
    assert np.array_equal(depths.narrowed(wide, depth), values)


def test_eight_bits_stay_as_they_are() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert depths.widened(values, 8) is values and depths.narrowed(values, 8) is values


def test_the_depth_is_that_of_the_file_or_ten() -> None:
    deep = np.zeros((2, 2, 3), np.uint16)
    assert [depths.depth(deep, ItemEncoding(depth=d)) for d in (8, 10, 12)] == [10, 10, 12]
    assert depths.depth(deep.astype(np.uint8), ItemEncoding(depth=12)) == 8


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_dimmed_by_their_opacity_are_undimmed(dtype: type) -> None:
    depth = 8 if dtype == np.uint8 else 10
    largest = (1 << depth) - 1
    bands = np.array([[[largest // 2, 0, 9, largest], [40, 20, 0, largest // 4], [7, 7, 7, 0]]], dtype)
    found = depths.widened(bands, depth, premultiplied=True)
    scale = 1 if depth == 8 else 65535 / 1023
    assert np.abs(found[0, 1] / scale - [160, 80, 0, largest // 4]).max() <= 2
    assert np.abs(found[0, 0] / scale - bands[0, 0]).max() <= 1


@pytest.mark.parametrize("given", [1, 2, 3, 4])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_whatever_channels_a_decoder_gives_those_of_the_file_are_chosen(given: int, mode: str) -> None:
    bands = np.random.default_rng(1).integers(0, 255, (4, 5, given), dtype=np.uint8)
    chosen = depths.chosen(bands, Layout((5, 4), (1, 0, 5, 3), mode, 1))  # type: ignore[arg-type]
    assert chosen.shape == (3, 4, len(mode))
    assert np.array_equal(chosen[..., 0], bands[:3, 1:, 0])
    if mode[-1] == "A":
        assert np.array_equal(chosen[..., -1], bands[:3, 1:, -1] if given in (2, 4) else np.full((3, 4), 255))


def test_greyscale_without_an_axis_has_one_channel() -> None:
    grey = np.zeros((4, 5), np.uint8)
    assert depths.mode(grey) == "L" and depths.chosen(grey, Layout((5, 4), (0, 0, 5, 4), "L", 1)).shape == (4, 5, 1)
