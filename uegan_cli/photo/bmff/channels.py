"""Convert channels of 8, 10, 12 and 16 bits between decoders, photos and encoders.

Bands are H x W or H x W x channels.
"""

from __future__ import annotations

import numpy as np

from ..orientation import strips
from ..photo import Mode, Pixels
from .encoding import ItemEncoding
from .picture_layout import ItemLayout

_MODES: tuple[Mode, ...] = ("L", "LA", "RGB", "RGBA")

_DEFAULT_DEPTH = 10
"""Bits a channel for deep colours from other formats."""


def mode_of(bands: Pixels) -> Mode:
    """Tell the mode by the number of channels."""
    return _MODES[(1 if bands.ndim == 2 else bands.shape[2]) - 1]


def select_channels(bands: Pixels, layout: ItemLayout) -> Pixels:
    """Return H x W x channels of the layout's mode and crop, from any channels that a decoder gives."""
    left, top, right, bottom = layout.crop
    bands = (bands if bands.ndim == 3 else bands[..., None])[top:bottom, left:right]
    if mode_of(bands) == layout.mode:
        return bands
    grey = bands.shape[2] < 3
    colours = bands[..., :1] if grey or layout.mode[0] == "L" else bands[..., :3]
    if grey and layout.mode[0] != "L":
        colours = np.repeat(colours, 3, axis=2)
    if layout.mode[-1] != "A":
        return colours
    opaque = np.full_like(bands[..., :1], np.iinfo(bands.dtype).max)
    return np.concatenate([colours, bands[..., -1:] if bands.shape[2] in (2, 4) else opaque], axis=2)


def widen(bands: Pixels, depth: int, premultiplied: bool = False) -> Pixels:
    """Scale `depth` bits to uint16 with the largest value 65535; up to 8 bits stay uint8 as they are.

    premultiplied: the colours were multiplied by their alpha, which is undone.
    """
    if premultiplied:
        bands = _divide_by_alpha(bands, (1 << depth) - 1)
    if depth <= 8:
        return bands
    # The highest bits are repeated below the lowest, so that the largest value becomes the largest.
    wide = np.left_shift(bands, 16 - depth, dtype=np.uint16)
    wide |= bands >> (2 * depth - 16)
    return wide


def _divide_by_alpha(bands: Pixels, largest: int) -> Pixels:
    result = bands.copy()
    for rows in strips(*bands.shape[:2]):
        alpha = bands[rows, :, -1:].astype(np.uint32)
        colours = bands[rows, :, :-1].astype(np.uint32) * largest
        result[rows, :, :-1] = np.minimum((colours + alpha // 2) // np.maximum(alpha, 1), largest)
    return result


def output_depth(bands: Pixels, encoding: ItemEncoding) -> int:
    """Return the bits a channel to write: those of the source, 10 for deep colours from other formats."""
    if bands.dtype == np.uint8:
        return 8
    return encoding.depth if encoding.depth > 8 else _DEFAULT_DEPTH


def narrow(bands: Pixels, depth: int) -> Pixels:
    """Scale uint16 to `depth` bits, rounded: the inverse of `widen`."""
    if bands.dtype == np.uint8:
        return bands
    result = np.empty_like(bands)
    for rows in strips(*bands.shape[:2]):
        result[rows] = (bands[rows].astype(np.uint32) * ((1 << depth) - 1) + 32767) // 65535
    return result
