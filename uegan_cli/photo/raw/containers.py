"""The containers of camera raws: what they say of the photo, and whether they are whole.

Most are TIFF structures; Fujifilm's (RAF), Canon's newer ones (CR3) and Minolta's (MRW) hold such structures in their
own way. Nothing here decodes a picture.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from .. import photoshop
from ..bmff.boxes import Box, boxes
from ..jpeg import format as jpeg
from ..photo import Metadata
from ..range_reader import RangeReader
from ..tiff import descriptions, exif, ifd
from ..tiff.descriptions import Branch, Description
from ..tiff.ifd import Directory, Entry, Field, Tiff
from ..xmp import rdf

RAF = b"FUJIFILMCCD-RAW "
MRW = b"\0MRM"

Range = tuple[int, int]
"""The bytes [start, end) of a file."""

_CANON_BOX = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_SETTINGS = "http://ns.adobe.com/camera-raw-settings/1.0/"
_XMP, _IPTC, _PHOTOSHOP, _PRIVATE = 0x02BC, 0x83BB, 0x8649, 0xC634
_MAKE, _ORIENTATION, _COLOUR_SPACE, _INTEROP_INDEX = 0x010F, 0x0112, 0xA001, 0x0001
_SUBFILE, _REDUCED, _WIDTH, _HEIGHT = 0x00FE, 1, 0x0100, 0x0101
_STRIPS, _TILES = (0x0111, 0x0117), (0x0144, 0x0145)
_PANASONIC_JPEG, _PANASONIC_START, _PANASONIC_SIZE = 0x002E, 0x0118, (0x0003, 0x0002)

_HEAVY = (0x4002, 0x4005)
"""Parameters of Canon's raw developer."""

_FEWEST_BITS = 1 / 16
"""Bits a pixel that any picture of a sensor takes, packed as well as it may be."""


def metadata(file: BinaryIO) -> Metadata:
    """What a raw says of the photo: Exif as in the camera's JPEGs, XMP and IPTC; what makes no sense is left out.

    The thumbnails of TIFF structures stay behind, and so do the settings that Adobe's programs develop with: they would
    be applied to the developed picture again.
    """
    file.seek(0)
    head = file.read(len(RAF))
    try:
        found = _metadata(file, head)
    except (ValueError, struct.error):
        return Metadata("RAW")
    return Metadata(
        "RAW",
        exif=found.exif,
        xmp=_without_settings(found.xmp) if found.xmp else None,
        photoshop=found.photoshop,
        orientation=exif.read_orientation(found.exif) or 1,
    )


def _without_settings(packet: bytes) -> bytes:
    return rdf.cut(packet, (p for p in rdf.properties(packet) if p.namespace == _SETTINGS and p.name != "RawFileName"))


def _metadata(file: BinaryIO, head: bytes) -> Metadata:
    if head == RAF:
        start, length = _raf(file)[0]
        return _of_jpeg(file, (start, start + length))
    if head[4:8] == b"ftyp":
        return _of_boxes(file)
    if head[:4] == MRW:
        return Metadata("RAW", exif=descriptions.exif_block(_part(file, _minolta_tiff(file))))
    return _of_tiff(Tiff(file))


def _of_jpeg(file: BinaryIO, place: Range) -> Metadata:
    return jpeg.read_metadata(io.BufferedReader(RangeReader(file, [place])))


def _raf(file: BinaryIO) -> list[Range]:
    """Offset and length of the JPEG, of the header of the sensor's picture, and of that."""
    file.seek(84)
    numbers = struct.unpack(">6I", file.read(24))
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _minolta_tiff(file: BinaryIO) -> Range:
    file.seek(4)
    (end,) = struct.unpack(">I", file.read(4))
    at = 8
    while at < 8 + end:
        file.seek(at)
        name, length = struct.unpack(">4sI", file.read(8))
        if name == b"\0TTW":
            return at + 8, at + 8 + length
        at += 8 + length
    raise ValueError("it has no TTW block")


def _of_tiff(tiff: Tiff) -> Metadata:
    first = tiff.directory(tiff.first)
    camera_jpeg = first.get(_PANASONIC_JPEG)
    if tiff.magic == b"U\0" and camera_jpeg:
        # Panasonic's own directories have no maker note; those of the JPEG within have.
        return _of_jpeg(tiff.file, (camera_jpeg.start, camera_jpeg.start + camera_jpeg.length))
    said, note = descriptions.description(tiff, first), _adobe_note(tiff, first)
    return Metadata(
        "RAW",
        exif=_block(_with_note(said, *note) if note else said),
        xmp=_value(tiff, first, _XMP),
        photoshop=_photoshop(tiff, first),
    )


def _photoshop(tiff: Tiff, first: Directory) -> bytes | None:
    record = _value(tiff, first, _IPTC)
    return _value(tiff, first, _PHOTOSHOP) or (photoshop.build_iptc_block(record) if record else None)


def _value(tiff: Tiff, directory: Directory, tag: int) -> bytes | None:
    entry = directory.get(tag)
    try:
        return tiff.value(entry) if entry else None
    except ValueError:
        return None


def _adobe_note(tiff: Tiff, first: Directory) -> tuple[str, int, bytes] | None:
    """The maker note that Adobe's DNG Converter put away: its byte order, its offset in the raw before, its bytes."""
    data = _value(tiff, first, _PRIVATE) or b""
    at = 6
    while data.startswith(b"Adobe\0") and at + 14 <= len(data):
        name, length, sign, offset = struct.unpack_from(">4sI2sI", data, at)
        if name == b"MakN" and sign in (b"II", b"MM"):
            return "<" if sign == b"II" else ">", offset, data[at + 14 : at + 8 + length]
        at += 8 + length + length % 2
    return None


def _with_note(said: Description, order: str, start: int, note: bytes) -> Description:
    """The same with a maker note, in the byte order of that; one that is there already stays."""
    root = said.root if said.order == order else _swapped(said.root)
    below = root.below.get(ifd.EXIF, Branch())
    if any(field.tag == ifd.MAKER_NOTE for field in below.fields):
        return said
    below = below.having([Field(ifd.MAKER_NOTE, ifd.UNDEFINED, len(note), note)])
    return Description(order, Branch(root.fields, {**root.below, ifd.EXIF: below}), start)


def _swapped(branch: Branch) -> Branch:
    """The same in the other byte order."""
    fields = tuple(field._replace(data=_swapped_values(field)) for field in branch.fields)
    return Branch(fields, {tag: _swapped(lower) for tag, lower in branch.below.items()})


def _swapped_values(field: Field) -> bytes:
    width = ifd.SIZES[field.kind] // (2 if field.kind in (5, 10) else 1)
    data = field.data
    return b"".join(data[start : start + width][::-1] for start in range(0, len(data), width))


def _of_boxes(file: BinaryIO) -> Metadata:
    """From a CR3: Canon puts the directories into boxes, each a TIFF structure of its own."""
    top = list(boxes(file))
    packet = _with_uuid(file, top, _XMP_BOX)
    movie = next((box for box in top if box.kind == "moov"), None)
    canon = _with_uuid(file, boxes(file, movie.start, movie.end), _CANON_BOX) if movie else None
    places = {box.kind: (box.start, box.end) for box in boxes(file, *canon)} if canon else {}
    return Metadata("RAW", exif=_of_canon(file, places), xmp=_bytes(file, packet) if packet else None)


def _with_uuid(file: BinaryIO, found: Iterable[Box], uuid: bytes) -> Range | None:
    """What follows the UUID in the first of the boxes that have it."""
    content = ((box.start + len(uuid), box.end) for box in found if box.kind == "uuid")
    return next((place for place in content if _bytes(file, (place[0] - len(uuid), place[0])) == uuid), None)


def _bytes(file: BinaryIO, place: Range) -> bytes:
    file.seek(place[0])
    return file.read(place[1] - place[0])


def _of_canon(file: BinaryIO, places: dict[str, Range]) -> bytes | None:
    found = (places.get(name) for name in ("CMT1", "CMT2", "CMT3", "CMT4"))
    main, photo, note, gps = (_part(file, place) if place else None for place in found)
    if main is None:
        return None
    first = main.directory(main.first)
    below = {tag: Branch(_first_fields(tiff)) for tag, tiff in ((ifd.EXIF, photo), (ifd.GPS, gps)) if tiff}
    root = Branch(descriptions.description(main, first).root.fields, below)
    said = Description(main.order, root)
    if note and note.first == ifd.HEADER:
        # The note's offsets count from a TIFF header right before it, so in the block it goes right after the header.
        said = _with_note(said, note.order, ifd.HEADER, note.read(ifd.HEADER, note.size - ifd.HEADER))
    return _block(said)


def _block(said: Description) -> bytes | None:
    """The Exif block that says this; no longer than a JPEG can hold, if it can be."""
    if not said.root.fields and not said.root.below:
        return None
    for attempt in (said, _lighter(said), replace(said, note_at=None)):
        block = descriptions.build(attempt)
        if len(block) <= descriptions.EXIF_LIMIT:
            break
    return block


def _lighter(said: Description) -> Description:
    """The same without what Canon's maker note says to Canon's raw developer, which takes some 60 kB of it."""
    photo = said.root.below.get(ifd.EXIF, Branch())
    make = next((f.data for f in said.root.fields if f.tag == _MAKE), b"")
    note = next((f for f in photo.fields if f.tag == ifd.MAKER_NOTE), None)
    if note is None or said.note_at is None or not make.startswith(b"Canon"):
        return said
    lighter = _without_heavy(note.data, said.order, said.note_at)
    photo = photo.having([note._replace(values=len(lighter), data=lighter)])
    return replace(said, root=Branch(said.root.fields, {**said.root.below, ifd.EXIF: photo}))


def _without_heavy(note: bytes, order: str, base: int) -> bytes:
    """A maker note that is a directory whose offsets count from `base` bytes before it, without `_HEAVY`."""
    (count,) = struct.unpack_from(order + "H", note)
    end = 2 + 12 * count
    rows = [list(row) for row in struct.iter_unpack(order + "HHII", note[2:end])]
    heavy = [(at - base, ifd.SIZES.get(kind, 0) * n) for tag, kind, n, at in rows if tag in _HEAVY]
    values = note[end + 4 :]
    for start, length in sorted(heavy, reverse=True):
        values = values[: start - end - 4] + values[start + length - end - 4 :]
    kept = [row for row in rows if row[0] not in _HEAVY]
    for row in kept:
        if ifd.SIZES.get(row[1], 0) * row[2] > 4:
            row[3] -= sum(length for start, length in heavy if start < row[3] - base)
    directory = struct.pack(order + "H", len(kept)) + b"".join(struct.pack(order + "HHII", *row) for row in kept)
    return directory + note[end : end + 4] + bytes(end - len(directory)) + values


def _first_fields(tiff: Tiff) -> tuple[Field, ...]:
    return descriptions.fields_of(tiff, tiff.directory(tiff.first))


def _part(file: BinaryIO, place: Range) -> Tiff:
    return Tiff(io.BufferedReader(RangeReader(file, [place])))


def developed(block: bytes | None, orientation: int) -> bytes | None:
    """The Exif block of a picture developed to sRGB, with this orientation, 1..8; no byte moves if one is there."""
    try:
        return _turned(_as_srgb(block), orientation) if block else _turned(None, orientation)
    except (ValueError, struct.error):
        return _turned(None, orientation)


def _as_srgb(block: bytes) -> bytes:
    tiff = Tiff(io.BytesIO(block))
    changed = bytearray(block)
    for photo in tiff.subdirectories(tiff.directory(tiff.first).get(ifd.EXIF)):
        _put(changed, photo.get(_COLOUR_SPACE), struct.pack(tiff.order + "H", 1))
        for interop in tiff.subdirectories(photo.get(ifd.INTEROP)):
            _put(changed, interop.get(_INTEROP_INDEX), b"R98\0")
    return bytes(changed)


def _turned(block: bytes | None, orientation: int) -> bytes | None:
    if (exif.read_orientation(block) or 1) == orientation:
        return block
    if block is None:
        return exif.build_orientation_block(orientation)
    tiff = Tiff(io.BytesIO(block))
    said = ifd.integers(tiff.order, _ORIENTATION, ifd.SHORT, orientation)
    entry = tiff.directory(tiff.first).get(_ORIENTATION)
    if entry is None or entry.kind != ifd.SHORT:
        return descriptions.exif_block(tiff, replaced=[said])
    changed = bytearray(block)
    _put(changed, entry, said.data)
    return bytes(changed)


def _put(block: bytearray, entry: Entry | None, data: bytes) -> None:
    if entry and entry.inline and entry.length == len(data):
        block[entry.start : entry.start + len(data)] = data


def check_whole(file: BinaryIO) -> None:
    """Raises ValueError for a raw whose picture is not all there: LibRaw makes noise of some of those."""
    file.seek(0)
    head = file.read(len(RAF))
    size = file.seek(0, os.SEEK_END)
    ends: list[int] = []
    if head == RAF:
        ends = [sum(place) for place in _raf(file)]
    elif head[:2] in (b"II", b"MM"):
        ends = _tiff_ends(file)
    if max(ends, default=0) > size:
        raise ValueError("it is cut short")


def _tiff_ends(file: BinaryIO) -> list[int]:
    try:
        tiff = Tiff(file)
    except ValueError:
        return []
    if tiff.magic == b"U\0":
        return [_panasonic_end(tiff, tiff.directory(tiff.first))]
    pictures = [directory for directory in ifd.pictures(tiff) if not tiff.integer(directory, _SUBFILE) & _REDUCED]
    return [end for directory in pictures for end in _picture_ends(tiff, directory)]


def _panasonic_end(tiff: Tiff, first: Directory) -> int:
    """The least that it can be: the lengths in the file are those of the unpacked picture."""
    height, width = (tiff.integer(first, tag) for tag in _PANASONIC_SIZE)
    return tiff.integer(first, _PANASONIC_START) + height * width


def _picture_ends(tiff: Tiff, directory: Directory) -> list[int]:
    """Where its strips and tiles end."""
    parts = [
        part
        for starts, lengths in (_STRIPS, _TILES)
        for part in zip(tiff.integers(directory.get(starts)), tiff.integers(directory.get(lengths)), strict=False)
    ]
    pixels = tiff.integer(directory, _WIDTH) * tiff.integer(directory, _HEIGHT)
    if parts and sum(length for _, length in parts) * 8 < pixels * _FEWEST_BITS:
        raise ValueError("its picture is missing")
    return [sum(part) for part in parts]
