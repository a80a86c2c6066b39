"""The Exif block (CIPA DC-008, a TIFF 6.0 structure): its orientation, and its thumbnail.

Nothing here moves a byte: maker notes hold offsets that only their maker understands.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_ORIENTATION = 0x0112
_SHORT, _LONG = 3, 4


class Directory(NamedTuple):
    """One image file directory.

    values: the 4-byte value fields of its entries that hold one number, by tag.
    link: the position of the pointer to the next directory.
    next: that pointer; 0 for none.
    """

    values: dict[int, int]
    link: int
    next: int


def orientation(exif: bytes | None) -> int:
    """1..8, see the Exif standard; 1 where nothing readable is said."""
    if exif is None:
        return 1
    try:
        order = byte_order(exif)
        value = directory(exif, order, _offset(exif, order, 4)).values.get(_ORIENTATION, 1)
    except (ValueError, struct.error):
        return 1
    return value if 1 <= value <= 8 else 1


def byte_order(exif: bytes) -> str:
    """`struct`'s sign for the byte order; ValueError where this is no Exif block."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(exif[:4]))
    if order is None:
        raise ValueError("no TIFF header")
    return order


def directory(exif: bytes, order: str, start: int) -> Directory:
    """The directory at `start`; struct.error where it runs over the end."""
    (count,) = struct.unpack_from(order + "H", exif, start)
    values = {}
    for position in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", exif, position)
        if length == 1 and kind in (_SHORT, _LONG):
            (values[tag],) = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), exif, position + 8)
    link = start + 2 + 12 * count
    return Directory(values, link, _offset(exif, order, link))


def _offset(exif: bytes, order: str, position: int) -> int:
    (value,) = struct.unpack_from(order + "I", exif, position)
    return int(value)
