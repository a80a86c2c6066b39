"""Channels keep every value from decoder to encoder, whatever their depth and number."""

from __future__ import annotations

import numpy as np
import pytest

from uegan_cli.photo.bmff import channels
from uegan_cli.photo.bmff.encoding import ItemEncoding
from uegan_cli.photo.bmff.picture_layout import ItemLayout


@pytest.mark.parametrize("depth", [10, 12])
def test_every_value_survives_being_widened(depth: int) -> None:
    values = np.arange(1 << depth, dtype=np.uint16).reshape(1, -1, 1)
    wide = channels.widen(values, depth)
    assert wide.dtype == np.uint16 and wide.min() == 0 and wide.max() == 65535
    assert np.array_equal(channels.narrow(wide, depth), values)


def test_8_bits_stay_as_they_are() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert channels.widen(values, 8) is values and channels.narrow(values, 8) is values


def test_the_depth_is_that_of_the_source_or_10() -> None:
    deep = np.zeros((2, 2, 3), np.uint16)
    assert [channels.output_depth(deep, ItemEncoding(depth=d)) for d in (8, 10, 12)] == [10, 10, 12]
    assert channels.output_depth(deep.astype(np.uint8), ItemEncoding(depth=12)) == 8


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_multiplied_by_alpha_are_divided_again(dtype: type) -> None:
    depth = 8 if dtype == np.uint8 else 10
    largest = (1 << depth) - 1
    bands = np.array([[[largest // 2, 0, 9, largest], [40, 20, 0, largest // 4], [7, 7, 7, 0]]], dtype)
    found = channels.widen(bands, depth, premultiplied=True)
    scale = 1 if depth == 8 else 65535 / 1023
    assert np.abs(found[0, 1] / scale - [160, 80, 0, largest // 4]).max() <= 2
    assert np.abs(found[0, 0] / scale - bands[0, 0]).max() <= 1


@pytest.mark.parametrize("given", [1, 2, 3, 4])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_the_channels_of_the_file_are_selected_from_any_that_a_decoder_gives(given: int, mode: str) -> None:
    bands = np.random.default_rng(1).integers(0, 255, (4, 5, given), dtype=np.uint8)
    selected = channels.select_channels(bands, ItemLayout((5, 4), (1, 0, 5, 3), mode, 1))  # type: ignore[arg-type]
    assert selected.shape == (3, 4, len(mode))
    assert np.array_equal(selected[..., 0], bands[:3, 1:, 0])
    if mode[-1] == "A":
        assert np.array_equal(selected[..., -1], bands[:3, 1:, -1] if given in (2, 4) else np.full((3, 4), 255))


def test_greyscale_without_an_axis_has_one_channel() -> None:
    grey = np.zeros((4, 5), np.uint8)
    layout = ItemLayout((5, 4), (0, 0, 5, 4), "L", 1)
    assert channels.mode_of(grey) == "L" and channels.select_channels(grey, layout).shape == (4, 5, 1)
