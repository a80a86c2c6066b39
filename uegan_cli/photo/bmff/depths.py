"""Channels of 8, 10, 12 and 16 bits, as decoders give them and encoders want them."""

from __future__ import annotations

import numpy as np

from ..orientation import strips
from ..photo import Mode, Pixels
from .item_layout import Layout
from .items import ItemEncoding

_MODES: tuple[Mode, ...] = ("L", "LA", "RGB", "RGBA")


def mode(bands: Pixels) -> Mode:
    """What the channels of H x W or H x W x channels are."""
    return _MODES[(1 if bands.ndim == 2 else bands.shape[2]) - 1]


def chosen(bands: Pixels, layout: Layout) -> Pixels:
    """H x W x channels of the layout's mode, within its crop, of whatever channels a decoder made of it."""
    left, top, right, bottom = layout.crop
    bands = (bands if bands.ndim == 3 else bands[..., None])[top:bottom, left:right]
    if mode(bands) == layout.mode:
        return bands
    grey = bands.shape[2] < 3
    colours = bands[..., :1] if grey or layout.mode[0] == "L" else bands[..., :3]
    if grey and layout.mode[0] != "L":
        colours = np.repeat(colours, 3, axis=2)
    if layout.mode[-1] != "A":
        return colours
    opaque = np.full_like(bands[..., :1], np.iinfo(bands.dtype).max)
    return np.concatenate([colours, bands[..., -1:] if bands.shape[2] in (2, 4) else opaque], axis=2)


def widened(bands: Pixels, depth: int, premultiplied: bool = False) -> Pixels:
    """H x W x channels of `depth` bits -> uint8 as they are, or uint16 with the largest value 65535.

    premultiplied: colours that were dimmed by their opacity are undimmed.
    """
    if premultiplied:
        bands = _undimmed(bands, (1 << depth) - 1)
    if depth <= 8:
        return bands
    # The highest bits again below the lowest: the largest value becomes the largest.
    wide = np.left_shift(bands, 16 - depth, dtype=np.uint16)
    wide |= bands >> (2 * depth - 16)
    return wide


def _undimmed(bands: Pixels, largest: int) -> Pixels:
    result = bands.copy()
    for rows in strips(*bands.shape[:2]):
        opacity = bands[rows, :, -1:].astype(np.uint32)
        colours = bands[rows, :, :-1].astype(np.uint32) * largest
        result[rows, :, :-1] = np.minimum((colours + opacity // 2) // np.maximum(opacity, 1), largest)
    return result


def depth(bands: Pixels, encoding: ItemEncoding) -> int:
    """Bits a channel to write: those that the file had, 10 for deep colours from elsewhere."""
    if bands.dtype == np.uint8:
        return 8
    return encoding.depth if encoding.depth > 8 else 10


def narrowed(bands: Pixels, depth: int) -> Pixels:
    """The inverse of `widened`, rounded."""
    if bands.dtype == np.uint8:
        return bands
    result = np.empty_like(bands)
    for rows in strips(*bands.shape[:2]):
        result[rows] = (bands[rows].astype(np.uint32) * ((1 << depth) - 1) + 32767) // 65535
    return result
