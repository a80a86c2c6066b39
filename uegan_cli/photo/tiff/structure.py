"""A TIFF file without its picture: what it says, and where each byte of that is.

Anything in a TIFF may point anywhere, and maker notes and private tags do so in ways that nobody else knows. So what is
kept of a file is every byte but the picture's, with its place.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from .. import photoshop
from ..byte_ranges import ByteRange, merge, subtract
from ..photo import Metadata, Segment
from ..xmp import packet as xmp_packet
from . import descriptions, exif, ifd, raster
from .ifd import EXIF, GPS, INTEROP, Directory, Field, Tiff

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
XMP, IPTC, PHOTOSHOP, ICC = 700, 33723, 34377, 34675
GEO = frozenset((33550, 33922, 34264, 34735, 34736, 34737))
UNTRUE = {
    37724: "its Photoshop layers show the unedited picture and were left out",
    52545: "its content credentials (C2PA) vouch for the unedited picture and were left out",
}
"""Tags that cannot stay true when the pixels change, and what the user is told."""

_GONE = raster.STORAGE | {ifd.SUB_IFDS, *UNTRUE}
_PAGE = frozenset((raster.NEW_SUBFILE, raster.SUBFILE))
INCH = 2
_PADDING = 16
"""Bytes between two parts of a picture that are taken for filling."""


@dataclass(frozen=True)
class TiffEncoding:
    """A TIFF file without its picture; what it has besides are the segments, each named by its offset.

    order: struct's sign for the byte order. big: BigTIFF. size: the file's bytes. fields: what the first directory says
    that has nothing to do with how the picture is stored, longer values in their old places. exif, gps: the ranges that
    the directories of these names take, with their values. photometric, compression, predictor, extra, typed: as the
    picture was stored; extra is the kind of its transparency, if it had any, and typed says whether the file had a
    SampleFormat.
    """

    order: str = "<"
    big: bool = False
    size: int = ifd.HEADER
    fields: tuple[Field, ...] = ()
    exif: tuple[ByteRange, ...] = ()
    gps: tuple[ByteRange, ...] = ()
    photometric: int = raster.RGB
    compression: int = raster.DEFLATE
    predictor: int = 2
    extra: int | None = None
    typed: bool = False


@dataclass(frozen=True)
class Pages:
    """What a file has to offer.

    main: the directory of the picture. root: the same, with what the file's first one says of it. full: how many whole
    pictures there are. all: every directory with a picture, also a thumbnail.
    """

    main: Directory
    root: Directory
    full: int
    all: tuple[Directory, ...]


def encoding_of(metadata: Metadata) -> TiffEncoding:
    return metadata.encoding if isinstance(metadata.encoding, TiffEncoding) else TiffEncoding()


def pages_of(tiff: Tiff) -> Pages:
    """Raises ValueError where not even the first directory makes sense."""
    first = tiff.directory(tiff.first)
    every = tuple(ifd.pictures(tiff))
    whole = [page for page in every if _is_whole(tiff, page)]
    main = whole[0] if whole else first
    full = [page for page in whole if page is main or not _is_reduced(tiff, page, main)]
    own = {entry.tag for entry in main.entries}
    others = () if main.start == first.start else first.entries
    said = tuple(entry for entry in others if entry.tag not in own | _GONE | _PAGE)
    return Pages(main, replace(main, entries=main.entries + said), max(1, len(full)), every)


def _is_whole(tiff: Tiff, page: Directory) -> bool:
    """Whether the directory has a picture of its own, and does not call it a smaller copy or a mask."""
    reduced = tiff.integer(page, raster.NEW_SUBFILE) & 5 or tiff.integer(page, raster.SUBFILE) == 2
    return not reduced and page.get(raster.WIDTH) is not None and page.get(raster.HEIGHT) is not None


def _is_reduced(tiff: Tiff, page: Directory, main: Directory) -> bool:
    """Whether the page is a small copy of `main` that does not say so, by its size and its proportions."""
    width, height = tiff.integer(page, raster.WIDTH), tiff.integer(page, raster.HEIGHT)
    across, down = tiff.integer(main, raster.WIDTH), tiff.integer(main, raster.HEIGHT)
    return 2 * width <= across and 2 * height <= down and abs(width * down - height * across) <= 2 * max(across, down)


def metadata_of(tiff: Tiff, pages: Pages) -> Metadata:
    root = pages.root
    photo, position = _below(tiff, root, EXIF), _below(tiff, root, GPS)
    kept = subtract([(16 if tiff.big else ifd.HEADER, tiff.size)], _free(tiff, pages, photo + position))
    packet = _value(tiff, root, XMP)
    turn = tiff.integer(root, ORIENTATION)
    fields = tuple(Field(e.tag, e.kind, e.values, e.raw) for e in root.entries if e.tag not in _GONE)
    return Metadata(
        format="TIFF",
        exif=descriptions.exif_block(tiff, root=root),
        xmp=packet,
        photoshop=_photoshop(tiff, root),
        icc=_value(tiff, root, ICC),
        orientation=turn if 1 <= turn <= 8 else xmp_packet.read_orientation(packet),
        density=_density(tiff, root),
        segments=tuple(Segment(str(start), tiff.read(start, end - start)) for start, end in kept),
        encoding=TiffEncoding(tiff.order, tiff.big, tiff.size, fields, tuple(photo), tuple(position)),
    )


def _value(tiff: Tiff, directory: Directory, tag: int) -> bytes | None:
    """The value's bytes; None where it is missing, empty or beyond the end of the file."""
    entry = directory.get(tag)
    try:
        return (tiff.value(entry) or None) if entry else None
    except ValueError:
        return None


def _photoshop(tiff: Tiff, root: Directory) -> bytes | None:
    """Photoshop's resources; where there are none, one with the IPTC record."""
    record = _value(tiff, root, IPTC)
    return _value(tiff, root, PHOTOSHOP) or (photoshop.build_iptc_block(record) if record else None)


def _density(tiff: Tiff, root: Directory) -> tuple[float, float] | None:
    """Pixels per metre; None where the file gives an aspect ratio only."""
    try:
        return exif.directory_density(tiff, root)
    except ValueError:
        return None


def _free(tiff: Tiff, pages: Pages, below: list[ByteRange]) -> list[ByteRange]:
    """The ranges of the file that show the old pictures or say how they are stored, and are not needed otherwise."""
    ranges = []
    for page in pages.all:
        ranges += raster.blocks(tiff, page)
        ranges += [(e.start, e.start + e.length) for e in page.entries if not e.inline]
        ranges.append((page.start, page.end))
    needed = [(e.start, e.start + e.length) for e in pages.root.entries if e.tag not in _GONE and not e.inline]
    header = 16 if tiff.big else ifd.HEADER
    return subtract(merge(ranges, _PADDING, header, tiff.size), merge(needed + below, 0, header, tiff.size))


def _below(tiff: Tiff, directory: Directory, tag: int) -> list[ByteRange]:
    """What the directory that `tag` points to takes, all of its values and those of directories below it."""
    try:
        found = [tiff.directory(start) for start in tiff.integers(directory.get(tag))[:1] if start]
    except ValueError:
        return []
    ranges = []
    for lower in found:
        ranges += [(lower.start, lower.end), *((e.start, e.start + e.length) for e in lower.entries if not e.inline)]
        ranges += _below(tiff, lower, INTEROP) if tag == EXIF else []
    return ranges


def held(source: Metadata, tag: int) -> bytes | None:
    """What the old file has as the value of a tag."""
    old = encoding_of(source)
    field = next((field for field in old.fields if field.tag == tag), None)
    if field is None:
        return None
    place = place_of(field, old)
    if place is None:
        return field.data[: ifd.SIZES.get(field.kind, 0) * field.values]
    held = ((int(segment.name), segment.data) for segment in source.segments)
    return next((data[place[0] - at : place[1] - at] for at, data in held if at <= place[0] < at + len(data)), None)


def place_of(field: Field, old: TiffEncoding) -> ByteRange | None:
    """Where the old file has the value of one of its fields; None in the directory itself."""
    length = ifd.SIZES.get(field.kind, 0) * field.values
    if length <= len(field.data):
        return None
    (start,) = struct.unpack(old.order + ("Q" if old.big else "I"), field.data)
    return start, start + length
