"""Interpret and build properties of pictures: size, crop, orientation, colours, ICC profile, auxiliary type, codec.

Standards: ISO/IEC 23008-12, 14496-12 and 14496-15, AV1-ISOBMFF, ITU-T H.273.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from .. import colour
from ..orientation import upright
from ..photo import Pixels
from .items import Item, ItemProperty

ORIENTATION_TYPES = ("irot", "imir")
"""Rotation and mirroring."""

KEPT_TYPES = frozenset(
    (
        *("pasp", "clli", "mdcv", "cclv", "amve", "ndwt", "reve", "udes", "altt", "crtt", "mdft", "rloc"),
        *("aebr", "wbbr", "fobr", "afbr", "dobr", "cmin", "cmex"),
    )
)
"""Properties that stay true when the pixels change: shape and light, descriptions and times, bracketing, the camera."""

ALPHA_TYPES = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
    b"urn:mpeg:avc:2015:auxid:1",
)
"""Types of auxiliary pictures that are transparency."""

_CHROMAS = ("400", "420", "422", "444")
"""By HEVC's chroma_format_idc."""


class ColourCodes(NamedTuple):
    """Code points of ITU-T H.273 for primaries, transfer and matrix, and whether the range is full."""

    primaries: int
    transfer: int
    matrix: int
    full_range: bool


IDENTITY_MATRIX, BT601_MATRIX = 0, 6
SRGB = ColourCodes(1, 13, BT601_MATRIX, True)
UNSPECIFIED = ColourCodes(2, 2, BT601_MATRIX, True)
"""Beside an ICC profile."""

_SRGB_PRIMARIES = (1, 2, 5, 6)
"""Primaries that screens show as those of sRGB: BT.709, unspecified, and BT.601, which are close to them."""

_LINEAR = 8


def read_size(item: Item) -> tuple[int, int]:
    """Return width and height of a picture; raises ValueError without them."""
    data = item.get("ispe") or b""
    if len(data) < 12:
        raise ValueError("its picture has no size")
    width, height = struct.unpack(">II", data[4:12])
    if not width or not height:
        raise ValueError("its picture is empty")
    return width, height


def read_crop(item: Item, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the clean aperture (ISO/IEC 14496-12, 12.1.4.3), in whole pixels.

    It is the whole picture if there is no aperture, or one that is empty or beyond the picture.
    """
    clap = item.get("clap")
    if clap is None or len(clap) < 32:
        return 0, 0, *size
    numbers = struct.unpack(">IIIIiIiI", clap[:32])
    if 0 in numbers[1::2]:
        return 0, 0, *size
    exact_width, exact_height, x, y = (Fraction(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))
    width, height = round(exact_width), round(exact_height)
    left, top = round(x + Fraction(size[0] - width, 2)), round(y + Fraction(size[1] - height, 2))
    inside = 0 <= left < left + width <= size[0] and 0 <= top < top + height <= size[1]
    return (left, top, left + width, top + height) if inside else (0, 0, *size)


def read_auxiliary_type(item: Item) -> bytes:
    """Return the URN of an auxiliary picture; empty for other items."""
    return (item.get("auxC") or b"")[4:].split(b"\0")[0]


def is_alpha(item: Item) -> bool:
    """Whether an item is an auxiliary picture that is transparency."""
    return read_auxiliary_type(item) in ALPHA_TYPES


def is_icc_profile(found: ItemProperty) -> bool:
    return found.type == "colr" and found.data[:4] in (b"prof", b"rICC")


def read_icc_profile(item: Item) -> bytes | None:
    """Return the first ICC profile; None without one."""
    return next((p.data[4:] for p in item.properties if is_icc_profile(p)), None) or None


def build_icc_profile(profile: bytes) -> ItemProperty:
    return ItemProperty("colr", b"prof" + profile)


def read_colour_codes(items: Sequence[Item]) -> ColourCodes | None:
    """Return the first code points in any of the items; None without them."""
    found = (p.data for item in items for p in item.properties if p.type == "colr" and p.data[:4] == b"nclx")
    nclx = next(found, None)
    if nclx is None:
        return None
    if len(nclx) < 11:
        return SRGB
    primaries, transfer, matrix, flags = struct.unpack(">HHHB", nclx[4:11])
    return ColourCodes(primaries, transfer, matrix, bool(flags & 0x80))


def profile_of_codes(codes: ColourCodes) -> bytes | None:
    """Build an ICC profile for code points; None for those that are shown as sRGB, and for unknown ones."""
    if codes.primaries in _SRGB_PRIMARIES and codes.transfer != _LINEAR:
        return None
    return colour.profile_from_code_points(codes.primaries, codes.transfer)


def read_depth_and_chroma(item: Item) -> tuple[int, str]:
    """Return bits a channel, and "420", "422", "444", or "400" for greyscale, of a picture coded as HEVC or AV1."""
    hevc = item.get("hvcC") or b""
    return _read_hevc_configuration(hevc) if hevc else _read_av1_configuration(item.get("av1C") or b"")


def _read_hevc_configuration(record: bytes) -> tuple[int, str]:
    """Read an HEVC configuration record (ISO/IEC 14496-15, 8.3.3.1)."""
    if len(record) < 19:
        raise ValueError("its HEVC configuration is truncated")
    return 8 + (record[17] & 7), _CHROMAS[record[16] & 3]


def _read_av1_configuration(record: bytes) -> tuple[int, str]:
    """Read an AV1 configuration record (AV1-ISOBMFF, 2.3.3)."""
    if len(record) < 4:
        return 8, "420"
    flags = record[2]
    depth = 8 if not flags & 0x40 else 12 if flags & 0x20 else 10
    monochrome, halved_across, halved_down = flags & 0x10, flags & 0x08, flags & 0x04
    if monochrome:
        return depth, "400"
    return depth, "444" if not halved_across else "420" if halved_down else "422"


def read_orientation(turns: Sequence[ItemProperty]) -> int:
    """Return the orientation, 1..8 as in Exif, of rotations ("irot") and mirrors ("imir"), applied one by one.

    "irot" counts quarters to the left; "imir" is 0 for upside down, 1 for left to right.
    """
    corner = np.arange(6, dtype=np.uint8).reshape(2, 3)
    turned: Pixels = corner
    for found in turns:
        value = found.data[0] if found.data else 0
        if found.type == "irot":
            turned = np.rot90(turned, value & 3)
        elif value & 1:
            turned = turned[:, ::-1]
        else:
            turned = turned[::-1]
    return next(number for number in range(1, 9) if np.array_equal(upright(corner, number), turned))


def build_turns(orientation: int) -> tuple[ItemProperty, ...]:
    """Build the fewest properties for an orientation, 1..8 as in Exif: a rotation before a mirror, as MIAF asks for."""
    rotations = [(), *((ItemProperty("irot", bytes([quarters]), True),) for quarters in (1, 2, 3))]
    mirrors = [(), *((ItemProperty("imir", bytes([axis]), True),) for axis in (0, 1))]
    ways = sorted((first + second for first in rotations for second in mirrors), key=len)
    return next(way for way in ways if read_orientation(way) == orientation)
