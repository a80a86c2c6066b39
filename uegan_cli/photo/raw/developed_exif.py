"""Adjust the Exif block of a raw to its developed picture: sRGB, and the orientation that LibRaw found."""

from __future__ import annotations

import io
import struct

from ..tiff import exif, exif_builder
from ..tiff.field_types import FieldType
from ..tiff.ifd_reader import IfdEntry, Tiff
from ..tiff.ifd_writer import integer_field
from ..tiff.tag_numbers import InteropTag, Tag

_SRGB = 1
_SRGB_INTEROP_INDEX = b"R98\0"


def adjust_exif(block: bytes | None, orientation: int) -> bytes | None:
    """Return the Exif block of the developed picture; orientation is 1..8.

    Values that are there change in their places, so that no other byte moves. A broken block is replaced by one with
    the orientation only; None stands for an empty block.
    """
    try:
        return _set_orientation(_set_srgb(block) if block else None, orientation)
    except (ValueError, struct.error):
        return _set_orientation(None, orientation)


def _set_srgb(block: bytes) -> bytes:
    tiff = Tiff(io.BytesIO(block))
    changed = bytearray(block)
    for directory in tiff.subdirectories(tiff.directory(tiff.first).get(Tag.EXIF_IFD)):
        _overwrite(changed, directory.get(Tag.COLOR_SPACE), struct.pack(tiff.order + "H", _SRGB))
        for interop in tiff.subdirectories(directory.get(Tag.INTEROP_IFD)):
            _overwrite(changed, interop.get(InteropTag.INDEX), _SRGB_INTEROP_INDEX)
    return bytes(changed)


def _set_orientation(block: bytes | None, orientation: int) -> bytes | None:
    if (exif.read_orientation(block) or 1) == orientation:
        return block
    if block is None:
        return exif.build_orientation_block(orientation)
    tiff = Tiff(io.BytesIO(block))
    field = integer_field(tiff.order, Tag.ORIENTATION, FieldType.SHORT, orientation)
    entry = tiff.directory(tiff.first).get(Tag.ORIENTATION)
    if entry is None or entry.type != FieldType.SHORT:
        return exif_builder.build_from_tiff(tiff, replaced=[field])
    changed = bytearray(block)
    _overwrite(changed, entry, field.data)
    return bytes(changed)


def _overwrite(block: bytearray, entry: IfdEntry | None, data: bytes) -> None:
    """Overwrite a value that is in the directory itself, if it is as long as `data`."""
    if entry and entry.inline and entry.length == len(data):
        block[entry.start : entry.start + len(data)] = data
