"""The Exif block (CIPA DC-008, a TIFF 6.0 structure): its orientation, density, position and thumbnail.

Nothing here moves a byte outside of a directory: maker notes hold offsets that only their maker understands.
"""

from __future__ import annotations

import io
import struct
from contextlib import suppress

from . import descriptions, ifd
from .descriptions import Branch, Description
from .ifd import Directory, Tiff

_ORIENTATION, _THUMBNAIL, _THUMBNAIL_LENGTH = 0x0112, 0x0201, 0x0202
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_INCH, _CENTIMETRE = 2, 3
_BROKEN = (ValueError, struct.error)

Range = tuple[int, int]


def orientation(exif: bytes | None) -> int | None:
    """1..8, see the Exif standard; None where nothing readable is said."""
    try:
        tiff = Tiff(io.BytesIO(exif or b""))
        value = tiff.integer(tiff.directory(tiff.first), _ORIENTATION)
    except _BROKEN:
        return None
    return value if 1 <= value <= 8 else None


def density(exif: bytes | None) -> tuple[float, float] | None:
    """Pixels per metre; None where the block gives none, or an aspect ratio only."""
    try:
        tiff = Tiff(io.BytesIO(exif or b""))
        return density_of(tiff, tiff.directory(tiff.first))
    except _BROKEN:
        return None


def density_of(tiff: Tiff, directory: Directory) -> tuple[float, float] | None:
    """The same, of the first directory of any TIFF."""
    metre = {_INCH: 1 / 0.0254, _CENTIMETRE: 100.0}.get(tiff.integer(directory, _RESOLUTION_UNIT, _INCH))
    x, y = tiff.rational(directory, _X_RESOLUTION), tiff.rational(directory, _Y_RESOLUTION)
    return (x * metre, y * metre) if metre and x and y else None


def upright(turn: int) -> bytes:
    """The shortest block that says an orientation, 1..8."""
    field = ifd.integers("<", _ORIENTATION, ifd.SHORT, turn)
    return descriptions.build(Description("<", Branch((field,))))


def thumbnail(exif: bytes) -> Range | None:
    """The range [start, end) that holds the JPEG thumbnail; None where there is none that can be replaced safely."""
    try:
        tiff = Tiff(io.BytesIO(exif))
        second = tiff.directory(tiff.first).next
        found = tiff.directory(second) if second else None
        if found is None:
            return None
        start, length = tiff.integer(found, _THUMBNAIL), tiff.integer(found, _THUMBNAIL_LENGTH)
    except _BROKEN:
        return None
    # The stated length may take in more than the picture; what follows the picture's end is left alone.
    end = exif.rfind(b"\xff\xd9", start, start + length) + 2
    whole = exif[start : start + 2] == b"\xff\xd8" and start + 2 < end and start + length <= len(exif)
    return (start, end) if whole and start >= found.end else None


def with_thumbnail(exif: bytes, place: Range, picture: bytes) -> bytes:
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
        tiff = Tiff(io.BytesIO(exif))
        first = tiff.directory(tiff.first)
    except _BROKEN:
        return exif
    return exif[: first.link] + bytes(4) + exif[first.link + 4 :] if first.next else exif


def without_position(exif: bytes) -> bytes | None:
    """The block with zeros for its GPS directory and no pointer there; None where the block cannot be understood.

    In the directory of the pointer the entries after it move up. Maker notes, which may hold positions that only their
    maker can find, stay as they are.
    """
    try:
        tiff, directories = _directories(exif)
        if tiff.big:
            return None
        block = bytearray(exif)
        for directory in directories:
            for start, end in _positions(tiff, directory):
                block[start:end] = bytes(len(block[start:end]))
        # In a broken block the ranges of the position may take in others.
        for directory in directories:
            for start, end in _ranges(directory):
                block[start:end] = exif[start:end]
        for directory in directories:
            block[directory.start : directory.end] = _without_pointer(exif, tiff.order, directory)
        left = any(directory.get(ifd.GPS) for directory in _directories(bytes(block))[1])
    except _BROKEN:
        return None
    return None if left else bytes(block)


def _directories(exif: bytes) -> tuple[Tiff, list[Directory]]:
    tiff = Tiff(io.BytesIO(exif))
    return tiff, [tiff.directory(tiff.first), *_below(tiff, tiff.first)]


def _below(tiff: Tiff, start: int) -> list[Directory]:
    """The directories that can be reached from the one at `start`, as far as they make sense."""
    found: list[Directory] = []
    with suppress(*_BROKEN):
        found += list(tiff.chain(start))[1:]
    for tag in (ifd.EXIF, ifd.INTEROP):
        for directory in [tiff.directory(start), *found]:
            with suppress(*_BROKEN):
                found += tiff.subdirectories(directory.get(tag))
    return found


def _ranges(directory: Directory) -> list[Range]:
    """What a directory takes, and its longer values, but for a position."""
    values = [(e.start, e.start + e.length) for e in directory.entries if not e.inline and e.tag != ifd.GPS]
    return [(directory.start, directory.end), *values]


def _positions(tiff: Tiff, directory: Directory) -> list[Range]:
    with suppress(*_BROKEN):
        return [span for gps in tiff.subdirectories(directory.get(ifd.GPS)) for span in _ranges(gps)]
    return []


def _without_pointer(exif: bytes, order: str, directory: Directory) -> bytes:
    """The bytes of the directory, as many as before."""
    first = directory.start + 2
    rows = [exif[first + 12 * n : first + 12 * n + 12] for n, e in enumerate(directory.entries) if e.tag != ifd.GPS]
    link = exif[directory.link : directory.end]
    shorter = struct.pack(order + "H", len(rows)) + b"".join(rows) + link
    return shorter.ljust(directory.end - directory.start, b"\0")
