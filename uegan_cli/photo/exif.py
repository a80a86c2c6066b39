"""The Exif block (CIPA DC-008, a TIFF 6.0 structure): its orientation, and its thumbnail.

Nothing here moves a byte: maker notes hold offsets that only their maker understands.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_ORIENTATION, _THUMBNAIL, _THUMBNAIL_LENGTH = 0x0112, 0x0201, 0x0202
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


def orientation(exif: bytes | None) -> int | None:
    """1..8, see the Exif standard; None where nothing readable is said."""
    if exif is None:
        return None
    try:
        order = byte_order(exif)
        value = directory(exif, order, _offset(exif, order, 4)).values.get(_ORIENTATION, 0)
    except (ValueError, struct.error):
        return None
    return value if 1 <= value <= 8 else None


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


def thumbnail(exif: bytes) -> tuple[int, int] | None:
    """The range [start, end) that holds the JPEG thumbnail; None where there is none that can be replaced safely."""
    try:
        order = byte_order(exif)
        second = directory(exif, order, _offset(exif, order, 4)).next
        found = directory(exif, order, second) if second else None
    except (ValueError, struct.error):
        return None
    if found is None:
        return None
    start, length = found.values.get(_THUMBNAIL, 0), found.values.get(_THUMBNAIL_LENGTH, 0)
    # The stated length may take in more than the picture; what follows the picture's end is left alone.
    end = exif.rfind(b"\xff\xd9", start, start + length) + 2
    whole = exif[start : start + 2] == b"\xff\xd8" and start + 2 < end and start + length <= len(exif)
    return (start, end) if whole and start >= found.link + 4 else None


def with_thumbnail(exif: bytes, place: tuple[int, int], picture: bytes) -> bytes:
    """`picture`, a JPEG that fits into `place`, instead of the old one; zeros fill what it leaves.

    Decoders ignore what follows a JPEG's end, and with its length unchanged all other bytes stay as they are.
    """
    start, end = place
    if len(picture) > end - start:
        raise ValueError(f"a thumbnail of {len(picture)} bytes does not fit into {end - start}")
    return exif[:start] + picture.ljust(end - start, b"\0") + exif[end:]


def without_thumbnail(exif: bytes) -> bytes:
    """The same bytes with no second directory: the pointer to it is zero."""
    try:
        order = byte_order(exif)
        first = directory(exif, order, _offset(exif, order, 4))
    except (ValueError, struct.error):
        return exif
    return exif[: first.link] + bytes(4) + exif[first.link + 4 :] if first.next else exif
