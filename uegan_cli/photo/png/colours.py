"""What a PNG without an ICC profile says of its colours, in the chunks cICP, sRGB, gAMA and cHRM."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from .. import colour
from ..photo import Segment
from .chunks import GREY, GREY_ALPHA

COLOUR_CHUNKS = ("iCCP", "sRGB", "gAMA", "cHRM", "cICP")
"""Chunks that say what colours the pixels mean."""

_UNIT = 100000
"""What gAMA and cHRM count in."""

_MAX_GAMMA_ERROR = 0.01
_MAX_CHROMATICITY_ERROR = 0.002
"""Differences from sRGB's values that writers make by rounding."""


def implied_profile(segments: Iterable[Segment], colour_type: int) -> bytes | None:
    """Return the profile for the chunk of the highest priority: cICP, sRGB, or gAMA and cHRM.

    None if there is an ICC profile, and if the colours are sRGB.
    """
    chunks = {segment.name: segment.data for segment in segments}
    if "iCCP" in chunks:
        return None
    if len(code_points := chunks.get("cICP", b"")) == 4:
        return colour.profile_from_code_points(code_points[0], code_points[1])
    if "sRGB" in chunks:
        return None
    gamma, (white, primaries) = _gamma(chunks.get("gAMA", b"")), _chromaticities(chunks.get("cHRM", b""))
    if gamma is None and primaries == colour.SRGB_PRIMARIES:
        return None
    return colour.build_profile(None if colour_type in (GREY, GREY_ALPHA) else primaries, white, gamma)


def _gamma(data: bytes) -> float | None:
    """Return the exponent from pixels to light; None if it is missing, or as near to sRGB's as gAMA can be."""
    encoding = int.from_bytes(data) / _UNIT if len(data) == 4 else 0
    return 1 / encoding if encoding and abs(encoding - 1 / 2.2) > _MAX_GAMMA_ERROR else None


def _chromaticities(data: bytes) -> tuple[tuple[float, float], tuple[float, ...]]:
    """Return x and y of white, and of red, green and blue; sRGB's if the chunk is missing or close to them."""
    x, y, *primaries = (value / _UNIT for value in struct.unpack(">8I", data if len(data) == 32 else bytes(32)))
    pairs = zip(primaries, colour.SRGB_PRIMARIES, strict=True)
    is_srgb = all(abs(found - expected) < _MAX_CHROMATICITY_ERROR for found, expected in pairs)
    return (colour.D65, colour.SRGB_PRIMARIES) if is_srgb or not y else ((x, y), tuple(primaries))
