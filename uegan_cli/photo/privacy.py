"""Removal of positions: what in a file tells where a photo was taken, and how each kind of block loses it.

- Exif block: the GPS directory is overwritten with zeros and its pointer removed; nothing else moves.
- XMP packet and extension: properties whose names say GPS, latitude, longitude or altitude are cut out.
- TIFF file: the fields `POSITION_TAGS` are left out, and `tiff/allocator.py` gives their bytes to the picture.
- Other segments (JPEG segments, PNG chunks, HEIF items): left out if they may hold Exif, XMP or GoPro's telemetry.
- IPTC records and Photoshop's resources stay: the places in them are names that people typed.
- Maker notes stay: only their maker knows what is in them.

A block that cannot be parsed may hold a position, so it is left out as a whole.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from .byte_ranges import ByteRange
from .photo import Metadata, Segment
from .tiff.ifd_reader import Directory, Tiff
from .tiff.tag_numbers import GEO_TAGS, Tag
from .xmp import extension as xmp_extension
from .xmp import rdf

POSITION_TAGS = GEO_TAGS | {Tag.GPS_IFD}
"""Tags of a TIFF's first directory that tell a position."""

_GEO_NAMESPACE = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_POSITION_NAME = re.compile(r"gps|latitude|longt?itude|altitude", re.IGNORECASE)
"""DJI's drones write GpsLongtitude."""

_EXIF_OR_XMP_START = re.compile(
    rb"Exif\0\0|^.{,8}(II\*\0|MM\0\*)|ns\.adobe\.com/x|adobe\.xmp|^GoPro\0|^Raw profile", re.DOTALL
)
"""Found at the start of segments with Exif, XMP or telemetry; "Raw profile" is ImageMagick's name for Exif in PNG."""

_START = 64
"""Bytes of a segment that are searched for `_EXIF_OR_XMP_START`."""

_BROKEN = (ValueError, struct.error)


def remove_positions(metadata: Metadata) -> tuple[Metadata, list[str]]:
    """Remove positions from every block but the fields of a TIFF; return also a warning for each block left out."""
    exif = remove_from_exif(metadata.exif) if metadata.exif else None
    packet = remove_from_xmp(metadata.xmp) if metadata.xmp else None
    extension = remove_from_xmp(metadata.extension) if metadata.extension else None
    segments = tuple(s for s in metadata.segments if not _may_hold_position(s, metadata))
    blocks = (
        ("Exif", metadata.exif, exif),
        ("XMP", metadata.xmp, packet),
        ("XMP extension", metadata.extension, extension),
    )
    dropped = [name for name, old, new in blocks if old and new is None]
    dropped += ["other Exif or XMP"] if len(segments) < len(metadata.segments) else []
    warnings = [f"its {name} could not be searched for positions and was left out" for name in dropped]
    return replace(metadata, exif=exif, xmp=packet, extension=extension, segments=segments), warnings


def remove_from_xmp(packet: bytes) -> bytes | None:
    """Cut positions out of an XMP packet, whichever program wrote them; None if the packet cannot be parsed.

    These are Exif's GPS properties, those of W3C's geo namespace, and all whose name contains latitude, longitude,
    altitude or GPS.
    """
    document = rdf.parse(packet)
    if document is None:
        return None
    return rdf.cut(packet, (p for p in document.properties if _is_position(p)))


def _is_position(p: rdf.Property) -> bool:
    return p.namespace == _GEO_NAMESPACE or _POSITION_NAME.search(p.name) is not None


def _may_hold_position(segment: Segment, metadata: Metadata) -> bool:
    """Return whether a segment may hold Exif, XMP or telemetry.

    The segments of a TIFF are parts of the file, which loses its position by its fields; those of the XMP extension
    are written anew from the extension.
    """
    if metadata.format == "TIFF" or xmp_extension.is_part(segment.data, metadata.xmp):
        return False
    return _EXIF_OR_XMP_START.search(segment.data[:_START]) is not None or b":RDF" in segment.data


def remove_from_exif(exif: bytes) -> bytes | None:
    """Overwrite the GPS directory and its values with zeros, and remove the pointer to it; None for a broken block.

    The entries after the pointer move up within their directory; every other byte stays where it is, so that maker
    notes, which hold offsets, stay valid.
    """
    try:
        tiff, directories = _directories(exif)
        if tiff.big:
            return None
        block = bytearray(exif)
        for directory in directories:
            for start, end in _position_ranges(tiff, directory):
                block[start:end] = bytes(len(block[start:end]))
        # In a broken block the position may overlap other values: put these back.
        for directory in directories:
            for start, end in _ranges(directory):
                block[start:end] = exif[start:end]
        for directory in directories:
            block[directory.start : directory.end] = _without_pointer(exif, tiff.order, directory)
        left = any(directory.get(Tag.GPS_IFD) for directory in _directories(bytes(block))[1])
    except _BROKEN:
        return None
    return None if left else bytes(block)


def _directories(exif: bytes) -> tuple[Tiff, list[Directory]]:
    """Return the directories of a block except GPS and broken ones; raises ValueError if the first is broken."""
    tiff = Tiff(io.BytesIO(exif))
    return tiff, [tiff.directory(tiff.first), *_directories_below(tiff)]


def _directories_below(tiff: Tiff) -> list[Directory]:
    found: list[Directory] = []
    with suppress(*_BROKEN):
        found += list(tiff.chain(tiff.first))[1:]
    for tag in (Tag.EXIF_IFD, Tag.INTEROP_IFD):
        for directory in [tiff.directory(tiff.first), *found]:
            with suppress(*_BROKEN):
                found += tiff.subdirectories(directory.get(tag))
    return found


def _ranges(directory: Directory) -> Iterator[ByteRange]:
    """Yield the bytes of the directory and of its values outside it, except the GPS directory."""
    yield directory.start, directory.end
    yield from ((e.start, e.start + e.length) for e in directory.entries if not e.inline and e.tag != Tag.GPS_IFD)


def _position_ranges(tiff: Tiff, directory: Directory) -> list[ByteRange]:
    """Return the bytes of the GPS directory that `directory` points to, and of its values; none if it is broken."""
    with suppress(*_BROKEN):
        return [found for gps in tiff.subdirectories(directory.get(Tag.GPS_IFD)) for found in _ranges(gps)]
    return []


def _without_pointer(exif: bytes, order: str, directory: Directory) -> bytes:
    """Return the bytes of the directory without its pointer to GPS, padded with zeros to the old length."""
    first = directory.start + 2
    rows = [exif[first + 12 * n : first + 12 * n + 12] for n, e in enumerate(directory.entries) if e.tag != Tag.GPS_IFD]
    link = exif[directory.link : directory.end]
    shorter = struct.pack(order + "H", len(rows)) + b"".join(rows) + link
    return shorter.ljust(directory.end - directory.start, b"\0")
