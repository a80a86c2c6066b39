"""Exif blocks (CIPA DC-008, a TIFF 6.0 structure): read orientation and density, replace or unlink the thumbnail.

Nothing here moves a byte outside a directory: maker notes hold offsets that only their maker understands.
"""

from __future__ import annotations

import io
import struct

from ..byte_ranges import ByteRange
from . import exif_builder
from .exif_builder import DirectoryTree, ExifContent
from .field_types import FieldType
from .ifd_reader import Directory, Tiff
from .ifd_writer import integer_field
from .tag_numbers import Tag

INCH, CENTIMETRE = 2, 3
"""Values of the resolution unit tag."""

_BROKEN = (ValueError, struct.error)


def read_orientation(exif: bytes | None) -> int | None:
    """Return the orientation, 1..8 as in the Exif standard; None without one, and for a broken block."""
    try:
        tiff = Tiff(io.BytesIO(exif or b""))
        value = tiff.integer(tiff.directory(tiff.first), Tag.ORIENTATION)
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
    metre = {INCH: 1 / 0.0254, CENTIMETRE: 100.0}.get(tiff.integer(directory, Tag.RESOLUTION_UNIT, INCH))
    x, y = tiff.rational(directory, Tag.X_RESOLUTION), tiff.rational(directory, Tag.Y_RESOLUTION)
    return (x * metre, y * metre) if metre and x and y else None


def build_orientation_block(orientation: int) -> bytes:
    """Build the shortest Exif block that holds an orientation, 1..8."""
    field = integer_field("<", Tag.ORIENTATION, FieldType.SHORT, orientation)
    return exif_builder.build(ExifContent("<", DirectoryTree((field,))))


def find_thumbnail(exif: bytes) -> ByteRange | None:
    """Find the bytes of the JPEG thumbnail; None if there is none that can be replaced safely."""
    try:
        tiff = Tiff(io.BytesIO(exif))
        second = tiff.directory(tiff.first).next
        found = tiff.directory(second) if second else None
        if found is None:
            return None
        start = tiff.integer(found, Tag.JPEG_INTERCHANGE_FORMAT)
        length = tiff.integer(found, Tag.JPEG_INTERCHANGE_FORMAT_LENGTH)
    except _BROKEN:
        return None
    # The stated length may include bytes after the picture; only those up to its end marker may be overwritten.
    end = exif.rfind(b"\xff\xd9", start, start + length) + 2
    whole = exif[start : start + 2] == b"\xff\xd8" and start + 2 < end and start + length <= len(exif)
    return (start, end) if whole and start >= found.end else None


def replace_thumbnail(exif: bytes, place: ByteRange, picture: bytes) -> bytes:
    """Put `picture`, a JPEG, in the place of the old thumbnail, padded with zeros; raises ValueError if it is longer.

    Decoders ignore bytes after the end of a JPEG, and since the length stays the same, no other byte changes.
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
