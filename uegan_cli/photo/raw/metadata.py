"""Read the metadata of camera raws: Exif as in the camera's own JPEGs, XMP and IPTC."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from .. import photoshop
from ..bmff.box_reader import Box, read_boxes
from ..byte_ranges import ByteRange
from ..jpeg import format as jpeg
from ..photo import Metadata
from ..range_reader import RangeReader
from ..tiff import exif, exif_builder
from ..tiff.exif_builder import DirectoryTree, ExifContent, read_content, read_fields
from ..tiff.ifd_reader import PANASONIC_MAGIC, Directory, Tiff
from ..tiff.ifd_writer import header_size
from ..tiff.tag_numbers import PanasonicTag, Tag
from ..xmp import rdf
from .containers import MRW_SIGNATURE, RAF_SIGNATURE, find_mrw_tiff, read_raf_parts
from .maker_notes import MakerNote, add_maker_note, lighten_canon_note, read_adobe_note

_CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_CANON_BOXES = ("CMT1", "CMT2", "CMT3", "CMT4")
"""The first directory, Exif, maker note and GPS, each a TIFF structure of its own."""

_CAMERA_RAW_SETTINGS = "http://ns.adobe.com/camera-raw-settings/1.0/"
_HEADER_SIZE = header_size(big=False)


def read_metadata(file: BinaryIO) -> Metadata:
    """Read the metadata of a raw; broken parts are left out.

    Thumbnails in TIFF structures are left out, and so are the settings of Adobe's raw developers, which programs would
    apply to the developed picture again.
    """
    file.seek(0)
    head = file.read(len(RAF_SIGNATURE))
    try:
        found = _read_container(file, head)
    except (ValueError, struct.error):
        return Metadata("RAW")
    return Metadata(
        "RAW",
        exif=found.exif,
        xmp=_remove_settings(found.xmp) if found.xmp else None,
        photoshop=found.photoshop,
        orientation=exif.read_orientation(found.exif) or 1,
    )


def _remove_settings(packet: bytes) -> bytes:
    settings = (p for p in rdf.properties(packet) if p.namespace == _CAMERA_RAW_SETTINGS and p.name != "RawFileName")
    return rdf.cut(packet, settings)


def _read_container(file: BinaryIO, head: bytes) -> Metadata:
    if head == RAF_SIGNATURE:
        return _read_jpeg(file, read_raf_parts(file).jpeg)
    if head[4:8] == b"ftyp":
        return _read_cr3(file)
    if head[:4] == MRW_SIGNATURE:
        return Metadata("RAW", exif=exif_builder.build_from_tiff(_open_part(file, find_mrw_tiff(file))))
    return _read_tiff(Tiff(file))


def _open_part(file: BinaryIO, place: ByteRange) -> Tiff:
    return Tiff(io.BufferedReader(RangeReader(file, [place])))


def _read_jpeg(file: BinaryIO, place: ByteRange) -> Metadata:
    return jpeg.read_metadata(io.BufferedReader(RangeReader(file, [place])))


def _read_tiff(tiff: Tiff) -> Metadata:
    first = tiff.directory(tiff.first)
    camera_jpeg = first.get(PanasonicTag.JPEG_FROM_RAW)
    if tiff.magic == PANASONIC_MAGIC and camera_jpeg:
        # Panasonic's own directories have no maker note; those of the JPEG within have.
        return _read_jpeg(tiff.file, camera_jpeg.byte_range)
    content = read_content(tiff, first)
    note = read_adobe_note(_read_value(tiff, first, Tag.DNG_PRIVATE_DATA) or b"")
    return Metadata(
        "RAW",
        exif=_build_short_block(add_maker_note(content, note) if note else content),
        xmp=_read_value(tiff, first, Tag.XMP),
        photoshop=_read_photoshop(tiff, first),
    )


def _read_photoshop(tiff: Tiff, first: Directory) -> bytes | None:
    """Read Photoshop's resources; without them, build some that hold the IPTC record."""
    record = _read_value(tiff, first, Tag.IPTC)
    return _read_value(tiff, first, Tag.PHOTOSHOP) or (photoshop.build_iptc_block(record) if record else None)


def _read_value(tiff: Tiff, directory: Directory, tag: int) -> bytes | None:
    entry = directory.get(tag)
    try:
        return tiff.value(entry) if entry else None
    except ValueError:
        return None


def _read_cr3(file: BinaryIO) -> Metadata:
    """Read Canon's CR3: its directories are in boxes, each a TIFF structure of its own."""
    top = list(read_boxes(file))
    packet = _find_uuid_box(file, top, _XMP_UUID)
    movie = next((box for box in top if box.type == "moov"), None)
    canon = _find_uuid_box(file, read_boxes(file, movie.start, movie.end), _CANON_UUID) if movie else None
    places = {box.type: (box.start, box.end) for box in read_boxes(file, *canon)} if canon else {}
    return Metadata("RAW", exif=_build_canon_block(file, places), xmp=_read_range(file, packet) if packet else None)


def _find_uuid_box(file: BinaryIO, found: Iterable[Box], uuid: bytes) -> ByteRange | None:
    """Return the content after the UUID of the first box that has it."""
    contents = ((box.start + len(uuid), box.end) for box in found if box.type == "uuid")
    return next((place for place in contents if _read_range(file, (place[0] - len(uuid), place[0])) == uuid), None)


def _read_range(file: BinaryIO, place: ByteRange) -> bytes:
    file.seek(place[0])
    return file.read(place[1] - place[0])


def _build_canon_block(file: BinaryIO, places: dict[str, ByteRange]) -> bytes | None:
    """Build the Exif block that Canon's boxes would be in a JPEG."""
    found = (places.get(name) for name in _CANON_BOXES)
    main, photo, note, gps = (_open_part(file, place) if place else None for place in found)
    if main is None:
        return None
    first = main.directory(main.first)
    children: dict[int, DirectoryTree] = {
        tag: DirectoryTree(read_fields(tiff, tiff.directory(tiff.first)))
        for tag, tiff in ((Tag.EXIF_IFD, photo), (Tag.GPS_IFD, gps))
        if tiff
    }
    content = ExifContent(main.order, DirectoryTree(read_content(main, first).root.fields, children))
    if note and note.first == _HEADER_SIZE:
        # The note's offsets count from a TIFF header right before it, so in the block it goes right after the header.
        data = note.read(_HEADER_SIZE, note.size - _HEADER_SIZE)
        content = add_maker_note(content, MakerNote(note.order, _HEADER_SIZE, data))
    return _build_short_block(content)


def _build_short_block(content: ExifContent) -> bytes | None:
    """Build the Exif block, if possible no longer than a JPEG can hold; None if it would be empty."""
    if not content.root.fields and not content.root.children:
        return None
    for attempt in (content, lighten_canon_note(content), replace(content, maker_note_start=None)):
        block = exif_builder.build(attempt)
        if len(block) <= exif_builder.MAX_JPEG_EXIF_SIZE:
            break
    return block
