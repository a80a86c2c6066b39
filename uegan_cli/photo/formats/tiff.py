"""TIFF files (TIFF 6.0, BigTIFF): a directory of tags, and what its offsets lead to.

Anything in a TIFF may point anywhere, and maker notes and private tags do so in ways that nobody else knows. So a new
file has every byte of the old one, but for the picture, in the old place; the new picture takes the old one's room.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import BinaryIO

import numpy as np
from PIL import Image

from ...errors import OutputError
from .. import exif, photoshop, xmp
from ..photo import Contents, Metadata, Picture, Pixels, Sayings, Segment
from . import ifd, raster
from .ifd import EXIF, GPS, INTEROP, Description, Directory, Field, Tiff
from .raster import Raster

SUFFIXES = (".tif", ".tiff", ".btf")
DEPTHS = (8, 16)
ALPHA = True
INKS = True

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
XMP, IPTC, PHOTOSHOP, ICC = 700, 33723, 34377, 34675
_GEO = frozenset((33550, 33922, 34264, 34735, 34736, 34737))
_UNTRUE = {
    37724: "its Photoshop layers show the unedited picture and were left out",
    52545: "its content credentials (C2PA) vouch for the unedited picture and were left out",
}
"""Tags that cannot stay true when the pixels change, and what the user is told."""

_GONE = raster.STORAGE | {ifd.SUB_IFDS, *_UNTRUE}
_PAGE = frozenset((raster.NEW_SUBFILE, raster.SUBFILE))
_INKS = frozenset((raster.INK_SET, 333, 334, 336, 337))
_INCH = 2
_PADDING = 16
"""Bytes between two parts of a picture that are taken for filling."""

Range = tuple[int, int]


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
    exif: tuple[Range, ...] = ()
    gps: tuple[Range, ...] = ()
    photometric: int = raster.RGB
    compression: int = raster.DEFLATE
    predictor: int = 2
    extra: int | None = None
    typed: bool = False


@dataclass(frozen=True)
class _Pages:
    """What a file has to offer.

    main: the directory of the picture. root: the same, with what the file's first one says of it. full: how many whole
    pictures there are. all: every directory with a picture, also a thumbnail.
    """

    main: Directory
    root: Directory
    full: int
    all: tuple[Directory, ...]


def matches(head: bytes) -> bool:
    return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_metadata(file: BinaryIO) -> Metadata:
    """What a TIFF says besides its pixels."""
    try:
        tiff = Tiff(file)
        return _metadata(tiff, _pages(tiff))
    except (ValueError, struct.error):
        return Metadata("TIFF")


def read(file: BinaryIO) -> Contents:
    tiff = Tiff(file)
    pages = _pages(tiff)
    layout = raster.understand(tiff, pages.main)
    metadata = _metadata(tiff, pages)
    extra = layout.extra[layout.alpha] if layout.alpha is not None else None
    encoding = replace(
        _encoding(metadata),
        photometric=layout.photometric,
        compression=layout.compression,
        predictor=layout.predictor,
        extra=None if layout.photometric == raster.SEPARATED else extra,
        typed=pages.main.get(raster.SAMPLE_FORMAT) is not None,
    )

    def decode(_: tuple[int, int] | None) -> Image.Image | Pixels:
        return raster.decode(tiff, pages.main, layout)

    picture = Picture((layout.width, layout.height), layout.mode, decode, pages.full)
    return Contents(replace(metadata, encoding=encoding), picture, tuple(_warnings(pages.root, layout)))


def lost(metadata: Metadata) -> list[str]:
    return ["GeoTIFF"] if any(field.tag in _GEO for field in _encoding(metadata).fields) else []


def _encoding(metadata: Metadata) -> TiffEncoding:
    return metadata.encoding if isinstance(metadata.encoding, TiffEncoding) else TiffEncoding()


def _warnings(root: Directory, layout: Raster) -> Iterable[str]:
    for tag, reason in _UNTRUE.items():
        if root.get(tag):
            yield reason
    extra = len(layout.extra) - (layout.alpha is not None and layout.photometric != raster.SEPARATED)
    if extra:
        yield f"its extra channel{'s' * (extra > 1)}, other than transparency, cannot be kept"


def _pages(tiff: Tiff) -> _Pages:
    """Raises ValueError where not even the first directory makes sense."""
    first = tiff.directory(tiff.first)
    every = tuple(ifd.pictures(tiff))
    whole = [page for page in every if _is_whole(tiff, page)]
    main = whole[0] if whole else first
    full = [page for page in whole if page is main or not _is_reduced(tiff, page, main)]
    own = {entry.tag for entry in main.entries}
    others = () if main.start == first.start else first.entries
    said = tuple(entry for entry in others if entry.tag not in own | _GONE | _PAGE)
    return _Pages(main, replace(main, entries=main.entries + said), max(1, len(full)), every)


def _is_whole(tiff: Tiff, page: Directory) -> bool:
    """Whether the directory has a picture of its own, and does not call it a smaller copy or a mask."""
    reduced = tiff.integer(page, raster.NEW_SUBFILE) & 5 or tiff.integer(page, raster.SUBFILE) == 2
    return not reduced and page.get(raster.WIDTH) is not None and page.get(raster.HEIGHT) is not None


def _is_reduced(tiff: Tiff, page: Directory, main: Directory) -> bool:
    """Whether the page is a small copy of `main` that does not say so, by its size and its proportions."""
    width, height = tiff.integer(page, raster.WIDTH), tiff.integer(page, raster.HEIGHT)
    across, down = tiff.integer(main, raster.WIDTH), tiff.integer(main, raster.HEIGHT)
    return 2 * width <= across and 2 * height <= down and abs(width * down - height * across) <= 2 * max(across, down)


def _metadata(tiff: Tiff, pages: _Pages) -> Metadata:
    root = pages.root
    photo, position = _below(tiff, root, EXIF), _below(tiff, root, GPS)
    kept = _without([(16 if tiff.big else ifd.HEADER, tiff.size)], _free(tiff, pages, photo + position))
    packet = _value(tiff, root, XMP)
    turn = tiff.integer(root, ORIENTATION)
    fields = tuple(Field(e.tag, e.kind, e.values, e.raw) for e in root.entries if e.tag not in _GONE)
    return Metadata(
        format="TIFF",
        exif=ifd.exif_block(tiff, root=root),
        xmp=packet,
        photoshop=_photoshop(tiff, root),
        icc=_value(tiff, root, ICC),
        orientation=turn if 1 <= turn <= 8 else xmp.orientation(packet),
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
    return _value(tiff, root, PHOTOSHOP) or (photoshop.with_iptc(record) if record else None)


def _density(tiff: Tiff, root: Directory) -> tuple[float, float] | None:
    """Pixels per metre; None where the file gives an aspect ratio only."""
    try:
        return exif.density_of(tiff, root)
    except ValueError:
        return None


def _free(tiff: Tiff, pages: _Pages, below: list[Range]) -> list[Range]:
    """The ranges of the file that show the old pictures or say how they are stored, and are not needed otherwise."""
    ranges = []
    for page in pages.all:
        ranges += raster.blocks(tiff, page)
        ranges += [(e.start, e.start + e.length) for e in page.entries if not e.inline]
        ranges.append((page.start, page.end))
    needed = [(e.start, e.start + e.length) for e in pages.root.entries if e.tag not in _GONE and not e.inline]
    header = 16 if tiff.big else ifd.HEADER
    return _without(_merged(ranges, _PADDING, header, tiff.size), _merged(needed + below, 0, header, tiff.size))


def _below(tiff: Tiff, directory: Directory, tag: int) -> list[Range]:
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


def _merged(ranges: Iterable[Range], gap: int, first: int, last: int) -> list[Range]:
    """The ranges in order, cut to [first, last), and as one where there are no more than `gap` bytes between."""
    merged: list[Range] = []
    for start, end in sorted((max(start, first), min(end, last)) for start, end in ranges):
        if start >= end:
            continue
        if merged and start <= merged[-1][1] + gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(ranges: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    """`ranges` without `others`; both in order."""
    rest, later = [], list(reversed(others))
    for start, end in ranges:
        while later and later[-1][0] < end:
            other_start, other_end = later[-1]
            if start < other_start:
                rest.append((start, other_start))
            start = max(start, other_end)
            if other_end > end:
                break
            later.pop()
        if start < end:
            rest.append((start, end))
    return rest


def write(file: BinaryIO, picture: Image.Image | Pixels, sayings: Sayings, quality: int | None) -> tuple[str, ...]:
    """Write a TIFF; it has no quality.

    What was a TIFF keeps its byte order, every byte but the picture's, and its compression, where that loses nothing.
    """
    source, warnings = _source(sayings)
    old = _encoding(source)
    bands, storage = _storage(picture, sayings.icc, old)
    compression, predictor, reason = _compression(old)
    fields = _fields(sayings, source, raster.SEPARATED in storage[raster.PHOTOMETRIC])
    room = _Room(file, old, _still_needed(source.segments, old, fields))
    strips = [room.put(strip) for strip in raster.encode(bands, compression, predictor, old.order)]
    word = ifd.LONG8 if old.big else ifd.LONG
    storage |= {
        raster.COMPRESSION: (ifd.SHORT, compression),
        raster.STRIP_OFFSETS: (word, *(start for start, _ in strips)),
        raster.ROWS: (ifd.LONG, raster.rows_a_strip(bands)),
        raster.STRIP_COUNTS: (word, *(end - start for start, end in strips)),
    }
    if predictor != 1:
        storage[raster.PREDICTOR] = (ifd.SHORT, predictor)
    room.finish([*fields, *(ifd.integers(old.order, tag, kind, *values) for tag, (kind, *values) in storage.items())])
    return (*warnings, *reason)


def _source(sayings: Sayings) -> tuple[Metadata, tuple[str, ...]]:
    """What the new file starts from: the old one, or the Exif block, which has the same structure."""
    source = sayings.source
    if source.format == "TIFF" and sayings.keep == "none":
        return replace(source, segments=(), encoding=replace(_encoding(source), fields=())), ()
    if source.format == "TIFF":
        return source, ()
    try:
        tiff = Tiff(io.BytesIO(sayings.exif or ifd.build(Description("<", ifd.Branch()))))
        return _metadata(tiff, _pages(tiff)), ()
    except (ValueError, struct.error):
        return Metadata("TIFF"), ("its broken Exif cannot be kept in a TIFF file",)


def _storage(
    picture: Image.Image | Pixels, icc: bytes | None, old: TiffEncoding
) -> tuple[Pixels, dict[int, tuple[int, ...]]]:
    """H x W x channels as they are to be stored, and the tags that say so: each a kind and values."""
    bands = np.asarray(picture)
    bands = bands[..., None] if bands.ndim == 2 else bands
    channels, bits = bands.shape[2], 8 * bands.itemsize
    if isinstance(picture, Image.Image):
        inks = picture.mode == "CMYK"
    else:
        inks = channels == 4 and icc is not None and icc[16:20] == b"CMYK"
    if inks:
        photometric, extra = raster.SEPARATED, None
    else:
        white = old.photometric == raster.WHITE_IS_ZERO
        grey = raster.WHITE_IS_ZERO if white else raster.BLACK_IS_ZERO
        photometric = grey if channels < 3 else raster.RGB
        extra = (2 if old.extra is None else old.extra) if channels in (2, 4) else None
    storage: dict[int, tuple[int, ...]] = {
        raster.WIDTH: (ifd.LONG, bands.shape[1]),
        raster.HEIGHT: (ifd.LONG, bands.shape[0]),
        raster.BITS: (ifd.SHORT, *(bits,) * channels),
        raster.PHOTOMETRIC: (ifd.SHORT, photometric),
        raster.SAMPLES: (ifd.SHORT, channels),
        raster.PLANAR: (ifd.SHORT, 1),
    }
    if extra is not None:
        storage[raster.EXTRA_SAMPLES] = (ifd.SHORT, extra)
    if old.typed:
        storage[raster.SAMPLE_FORMAT] = (ifd.SHORT, *(1,) * channels)
    return raster.stored(bands, photometric, extra), storage


def _compression(old: TiffEncoding) -> tuple[int, int, tuple[str, ...]]:
    """Compression and predictor of the new file, and what the user should be told of them."""
    if old.compression in raster.WRITABLE:
        predicts = old.predictor == 2 and old.compression in raster.PREDICTING
        return old.compression, 2 if predicts else 1, ()
    name = raster.COMPRESSIONS[old.compression]
    return raster.DEFLATE, 2, (f"its {name} compression was replaced by Deflate, which loses nothing",)


def _fields(sayings: Sayings, source: Metadata, inks: bool) -> list[Field]:
    """What the new file says besides its picture."""
    old = _encoding(source)
    gone = set() if sayings.keep == "all" else _GEO | {GPS}
    gone |= set() if inks else _INKS
    gone |= raster.YCBCR_TAGS if old.photometric == raster.YCBCR else set()
    fields = {field.tag: field for field in old.fields if field.tag not in gone}
    for tag, new in _blocks(sayings, source):
        if new != _held(source, tag):
            fields[tag] = Field(tag, ifd.UNDEFINED if tag == ICC else ifd.BYTE, len(new or b""), new or b"")
    if sayings.orientation != source.orientation:
        fields[ORIENTATION] = ifd.integers(old.order, ORIENTATION, ifd.SHORT, sayings.orientation)
    if sayings.source.density and X_RESOLUTION not in fields:
        fields |= {field.tag: field for field in _resolution(old.order, sayings.source.density)}
    return [field for field in fields.values() if field.values]


def _blocks(sayings: Sayings, source: Metadata) -> Iterable[tuple[int, bytes | None]]:
    """The blocks that are no Exif: tags, and what they are to hold.

    The IPTC record is in Photoshop's resources, in a tag of its own, or in both: it stays where it was.
    """
    yield XMP, b"\n".join(sayings.packets) or None
    yield ICC, sayings.icc
    resources, had, record = sayings.photoshop, _held(source, PHOTOSHOP), _held(source, IPTC)
    yield PHOTOSHOP, resources if had or not record else None
    yield IPTC, record if had and resources else photoshop.iptc(resources or b"")


def _held(source: Metadata, tag: int) -> bytes | None:
    """What the old file has as the value of a tag."""
    old = _encoding(source)
    field = next((field for field in old.fields if field.tag == tag), None)
    if field is None:
        return None
    place = _place(field, old)
    if place is None:
        return field.data[: ifd.SIZES.get(field.kind, 0) * field.values]
    held = ((int(segment.name), segment.data) for segment in source.segments)
    return next((data[place[0] - at : place[1] - at] for at, data in held if at <= place[0] < at + len(data)), None)


def _resolution(order: str, density: tuple[float, float]) -> Iterable[Field]:
    """Dots per inch, which every program understands."""
    for tag, side in zip((X_RESOLUTION, Y_RESOLUTION), density, strict=True):
        inch = Fraction(side * 0.0254).limit_denominator(10000)
        yield Field(tag, ifd.RATIONAL, 1, struct.pack(order + "II", inch.numerator, inch.denominator))
    yield ifd.integers(order, RESOLUTION_UNIT, ifd.SHORT, _INCH)


def _still_needed(segments: Iterable[Segment], old: TiffEncoding, fields: Iterable[Field]) -> list[Segment]:
    """The segments without the values that `fields` replace or leave out."""
    kept = set(fields)
    position = GPS in {field.tag for field in kept}
    needed = [place for f in old.fields if f in kept and (place := _place(f, old))]
    needed += [*old.exif, *(old.gps if position else ())]
    gone = [place for f in old.fields if f not in kept and (place := _place(f, old))]
    gone += () if position else old.gps
    # What follows a value of odd length fills it up.
    filled = ((start, end + end % 2) for start, end in gone)
    cut = _without(_merged(filled, 0, 0, old.size), _merged(needed, 0, 0, old.size))
    parts = []
    for segment in segments:
        at = int(segment.name)
        for start, end in _without([(at, at + len(segment.data))], cut):
            parts.append(Segment(str(start), segment.data[start - at : end - at]))
    return parts


def _place(field: Field, old: TiffEncoding) -> Range | None:
    """Where the old file has the value of one of its fields; None in the directory itself."""
    length = ifd.SIZES.get(field.kind, 0) * field.values
    if length <= len(field.data):
        return None
    (start,) = struct.unpack(old.order + ("Q" if old.big else "I"), field.data)
    return start, start + length


class _Room:
    """A new file with the old parts in their places, and room between and after them."""

    def __init__(self, file: BinaryIO, old: TiffEncoding, segments: Iterable[Segment]) -> None:
        self._file, self._old = file, old
        self._end = 16 if old.big else ifd.HEADER
        self._free: list[Range] = []
        for segment in segments:
            start = int(segment.name)
            self._free.append((self._end, start))
            self._end = start + len(segment.data)
            self._write(start, segment.data)

    def put(self, data: bytes) -> Range:
        """Write something where it fits best, at the end if nowhere; where it is."""
        start = self._find(len(data))
        self._write(start, data)
        return start, start + len(data)

    def finish(self, fields: Sequence[Field]) -> None:
        """Write the directory, and the header that points to it."""
        order, big = self._old.order, self._old.big
        start = self._find(len(ifd.directory(order, big, fields, 0)))
        self._write(start, ifd.directory(order, big, fields, start))
        self._write(0, ifd.header(order, big, start))

    def _find(self, length: int) -> int:
        """An even offset with room for so many bytes, which is then taken."""
        fitting = [n for n, (start, end) in enumerate(self._free) if end - start - start % 2 >= length]
        if not fitting:
            start = self._end + self._end % 2
            self._end = start + length
            return start
        best = min(fitting, key=lambda n: self._free[n][1] - self._free[n][0])
        start, end = self._free[best]
        start += start % 2
        self._free[best] = start + length, end
        return start

    def _write(self, start: int, data: bytes) -> None:
        if not self._old.big and start + len(data) >= 1 << 32:
            raise OutputError("it takes more than the 4 GB that a TIFF can hold; write a PNG")
        self._file.seek(start)
        self._file.write(data)
