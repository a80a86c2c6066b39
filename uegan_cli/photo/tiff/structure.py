"""Everything in a TIFF file but its picture, and the offset of every byte of it.

Anything in a TIFF may point anywhere, and maker notes and private tags do so in ways that nobody else knows. So every
byte of a file but those of its picture is kept, at its offset.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .. import photoshop
from ..byte_ranges import ByteRange, merge, subtract
from ..photo import Metadata, Segment
from ..xmp import packet as xmp_packet
from . import exif, exif_builder, picture_layout
from .field_types import VALUE_SIZES
from .ifd_reader import Directory, Tiff
from .ifd_writer import Field, header_size
from .pages import NOT_KEPT_TAGS, Pages
from .picture_layout import HORIZONTAL_PREDICTOR, Compression, Photometric
from .tag_numbers import Tag

_MAX_FILLING = 16
"""Bytes between two parts of a picture that are taken for filling."""


@dataclass(frozen=True)
class TiffEncoding:
    """A TIFF file without its picture. The segments of its metadata are its remaining bytes, each named by its offset.

    order: the byte order, "<" or ">". big: BigTIFF. size: bytes of the file.
    fields: the first directory's fields that have nothing to do with how the picture is stored; data of longer values
        are their offset in the old file.
    exif, gps: the bytes that these directories and their values take.
    photometric, compression, predictor: how the picture was stored, see `PictureLayout`.
    extra: the kind of its transparency; None without transparency.
    has_sample_format: whether the file had that tag.
    """

    order: str = "<"
    big: bool = False
    size: int = header_size(big=False)
    fields: tuple[Field, ...] = ()
    exif: tuple[ByteRange, ...] = ()
    gps: tuple[ByteRange, ...] = ()
    photometric: int = Photometric.RGB
    compression: int = Compression.DEFLATE
    predictor: int = HORIZONTAL_PREDICTOR
    extra: int | None = None
    has_sample_format: bool = False


def encoding_of(metadata: Metadata) -> TiffEncoding:
    """Return the encoding in `metadata`; that of an empty file if it is not from a TIFF."""
    return metadata.encoding if isinstance(metadata.encoding, TiffEncoding) else TiffEncoding()


def read_metadata(tiff: Tiff, pages: Pages) -> Metadata:
    """Read everything but the picture. How that was stored is not in the encoding: `format.read` adds it."""
    root = pages.root
    exif_ranges, gps_ranges = (_subdirectory_ranges(tiff, root, tag) for tag in (Tag.EXIF_IFD, Tag.GPS_IFD))
    removable = _removable_ranges(tiff, pages, exif_ranges + gps_ranges)
    kept = subtract([(header_size(tiff.big), tiff.size)], removable)
    packet = _read_value(tiff, root, Tag.XMP)
    orientation = tiff.integer(root, Tag.ORIENTATION)
    fields = tuple(Field(e.tag, e.type, e.value_count, e.raw) for e in root.entries if e.tag not in NOT_KEPT_TAGS)
    return Metadata(
        format="TIFF",
        exif=exif_builder.build_from_tiff(tiff, root=root),
        xmp=packet,
        photoshop=_read_photoshop(tiff, root),
        icc=_read_value(tiff, root, Tag.ICC_PROFILE),
        orientation=orientation if 1 <= orientation <= 8 else xmp_packet.read_orientation(packet),
        density=_read_density(tiff, root),
        segments=tuple(Segment(str(start), tiff.read(start, end - start)) for start, end in kept),
        encoding=TiffEncoding(tiff.order, tiff.big, tiff.size, fields, tuple(exif_ranges), tuple(gps_ranges)),
    )


def _read_value(tiff: Tiff, directory: Directory, tag: int) -> bytes | None:
    """Read the bytes of a value; None if it is missing, empty or beyond the end of the file."""
    entry = directory.get(tag)
    try:
        return (tiff.value(entry) or None) if entry else None
    except ValueError:
        return None


def _read_photoshop(tiff: Tiff, root: Directory) -> bytes | None:
    """Read Photoshop's resources; without them, build some that hold the IPTC record."""
    record = _read_value(tiff, root, Tag.IPTC)
    return _read_value(tiff, root, Tag.PHOTOSHOP) or (photoshop.build_iptc_block(record) if record else None)


def _read_density(tiff: Tiff, root: Directory) -> tuple[float, float] | None:
    """Read pixels per metre (x, y); None if the tags are broken, or give an aspect ratio only."""
    try:
        return exif.directory_density(tiff, root)
    except ValueError:
        return None


def _removable_ranges(tiff: Tiff, pages: Pages, below: list[ByteRange]) -> list[ByteRange]:
    """Return the bytes that hold the old pictures, or how they are stored, and are not needed for anything else.

    below: the bytes of the directories below the first.
    """
    ranges = []
    for page in pages.all:
        ranges += picture_layout.picture_ranges(tiff, page)
        ranges += page.outside_values
        ranges.append(page.byte_range)
    needed = [e.byte_range for e in pages.root.entries if e.tag not in NOT_KEPT_TAGS and not e.inline]
    first = header_size(tiff.big)
    return subtract(merge(ranges, _MAX_FILLING, first, tiff.size), merge(needed + below, 0, first, tiff.size))


def _subdirectory_ranges(tiff: Tiff, directory: Directory, tag: int) -> list[ByteRange]:
    """Return the bytes of the directory that `tag` points to, of its values, and of the interoperability directory."""
    try:
        found = [tiff.directory(start) for start in tiff.integers(directory.get(tag))[:1] if start]
    except ValueError:
        return []
    ranges = []
    for child in found:
        ranges += [child.byte_range, *child.outside_values]
        ranges += _subdirectory_ranges(tiff, child, Tag.INTEROP_IFD) if tag == Tag.EXIF_IFD else []
    return ranges


def old_value(source: Metadata, tag: int) -> bytes | None:
    """Return the value of a tag in the file that `source` was read from."""
    encoding = encoding_of(source)
    field = next((field for field in encoding.fields if field.tag == tag), None)
    if field is None:
        return None
    place = old_range(field, encoding)
    if place is None:
        return field.data[: VALUE_SIZES.get(field.type, 0) * field.value_count]
    parts = ((int(segment.name), segment.data) for segment in source.segments)
    return next((data[place[0] - at : place[1] - at] for at, data in parts if at <= place[0] < at + len(data)), None)


def old_range(field: Field, encoding: TiffEncoding) -> ByteRange | None:
    """Return the bytes of the old file that hold the value of a field; None if the directory itself does."""
    length = VALUE_SIZES.get(field.type, 0) * field.value_count
    if length <= len(field.data):
        return None
    (start,) = struct.unpack(encoding.order + ("Q" if encoding.big else "I"), field.data)
    return start, start + length
