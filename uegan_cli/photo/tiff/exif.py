"""Exif blocks (CIPA DC-008, a TIFF 6.0 structure): read orientation and density, replace or unlink the thumbnail.

Nothing here moves a byte outside a directory: maker notes hold offsets that only their maker understands.
"""

from __future__ import annotations

import io
import struct
from contextlib import suppress

from ..byte_ranges import ByteRange
from . import descriptions, ifd
from .descriptions import Branch, Description
from .ifd import Directory, Tiff

_ORIENTATION, _THUMBNAIL, _THUMBNAIL_LENGTH = 0x0112, 0x0201, 0x0202
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_INCH, _CENTIMETRE = 2, 3
_BROKEN = (ValueError, struct.error)


def read_orientation(exif: bytes | None) -> int | None:
    """Return the orientation, 1..8 as in the Exif standard; None without one, and for a broken block."""
    try:
        tiff = Tiff(io.BytesIO(exif or b""))
        value = tiff.integer(tiff.directory(tiff.first), _ORIENTATION)
    except _BROKEN:
        return None
    return value if 1 <= value <= 8 else None


def read_density(exif: bytes | None) -> tuple[float, float] | None:
    """Return pixels per metre (x, y); None if the block is broken, gives none, or gives an aspect ratio only."""
    try:
        tiff = Tiff(io.BytesIO(exif or b""))
        return directory_density(tiff, tiff.directory(tiff.first))
    except _BROKEN:
        return None


def directory_density(tiff: Tiff, directory: Directory) -> tuple[float, float] | None:
    """Return pixels per metre (x, y) by the resolution tags of a TIFF directory; None if they give none.

    Raises ValueError if the tags point beyond the end of the file.
    """
    metre = {_INCH: 1 / 0.0254, _CENTIMETRE: 100.0}.get(tiff.integer(directory, _RESOLUTION_UNIT, _INCH))
    x, y = tiff.rational(directory, _X_RESOLUTION), tiff.rational(directory, _Y_RESOLUTION)
    return (x * metre, y * metre) if metre and x and y else None


def build_orientation_block(orientation: int) -> bytes:
    """Build the shortest Exif block that holds an orientation, 1..8."""
    field = ifd.integers("<", _ORIENTATION, ifd.SHORT, orientation)
    return descriptions.build(Description("<", Branch((field,))))


def find_thumbnail(exif: bytes) -> ByteRange | None:
    """Find the bytes of the JPEG thumbnail; None if there is none that can be replaced safely."""
    try:
        tiff = Tiff(io.BytesIO(exif))
        second = tiff.directory(tiff.first).next
        found = tiff.directory(second) if second else None
        if found is None:
            return None
        start, length = tiff.integer(found, _THUMBNAIL), tiff.integer(found, _THUMBNAIL_LENGTH)
    except _BROKEN:
        return None
    # The stated length may include bytes after the picture; only those up to its end marker may be overwritten.
    end = exif.rfind(b"\xff\xd9", start, start + length) + 2
    whole = exif[start : start + 2] == b"\xff\xd8" and start + 2 < end and start + length <= len(exif)
    return (start, end) if whole and start >= found.end else None


def replace_thumbnail(exif: bytes, place: ByteRange, picture: bytes) -> bytes:
    """Put `picture`, a JPEG, in the place of the old thumbnail, padded with zeros; raises ValueError if it is longer.

    Decoders ignore what follows the end of a JPEG, and since the length stays the same, no other byte changes.
    """
    start, end = place
    if len(picture) > end - start:
        raise ValueError(f"a thumbnail of {len(picture)} bytes does not fit into {end - start}")
    return exif[:start] + picture.ljust(end - start, b"\0") + exif[end:]


def unlink_thumbnail(exif: bytes) -> bytes:
    """Set the pointer to the second directory, which holds the thumbnail, to zero; no other byte changes."""
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


def _ranges(directory: Directory) -> list[ByteRange]:
    """What a directory takes, and its longer values, but for a position."""
    values = [(e.start, e.start + e.length) for e in directory.entries if not e.inline and e.tag != ifd.GPS]
    return [(directory.start, directory.end), *values]


def _positions(tiff: Tiff, directory: Directory) -> list[ByteRange]:
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
