"""Refuse camera raws that are truncated: LibRaw develops noise from some of those."""

from __future__ import annotations

import os
from typing import BinaryIO

from ..tiff.ifd_reader import PANASONIC_MAGIC, Directory, Tiff, find_picture_directories
from ..tiff.tag_numbers import PanasonicTag, Tag
from .containers import RAF_SIGNATURE, read_raf_parts

_REDUCED = 1
"""The bit of NewSubfileType for a smaller copy of another picture."""

_OFFSETS_AND_LENGTHS = ((Tag.STRIP_OFFSETS, Tag.STRIP_BYTE_COUNTS), (Tag.TILE_OFFSETS, Tag.TILE_BYTE_COUNTS))

_MIN_BITS_PER_PIXEL = 1 / 16
"""Any picture of a sensor takes more, however well it is compressed."""


def check_complete(file: BinaryIO) -> None:
    """Raise ValueError for a RAF or a TIFF-like raw that does not hold all of its picture."""
    file.seek(0)
    head = file.read(len(RAF_SIGNATURE))
    size = file.seek(0, os.SEEK_END)
    ends: list[int] = []
    if head == RAF_SIGNATURE:
        ends = [end for _, end in read_raf_parts(file)]
    elif head[:2] in (b"II", b"MM"):
        ends = _picture_ends(file)
    if max(ends, default=0) > size:
        raise ValueError("the file is truncated")


def _picture_ends(file: BinaryIO) -> list[int]:
    """Return the ends of the pictures of a TIFF-like raw, by its directories."""
    try:
        tiff = Tiff(file)
    except ValueError:
        return []
    if tiff.magic == PANASONIC_MAGIC:
        return [_min_panasonic_end(tiff, tiff.directory(tiff.first))]
    pictures = [d for d in find_picture_directories(tiff) if not tiff.integer(d, Tag.NEW_SUBFILE_TYPE) & _REDUCED]
    return [end for directory in pictures for end in _strip_and_tile_ends(tiff, directory)]


def _min_panasonic_end(tiff: Tiff, first: Directory) -> int:
    """Return the earliest end of a whole picture, at a byte a pixel: the lengths in the file are those unpacked."""
    height, width = (tiff.integer(first, tag) for tag in (PanasonicTag.SENSOR_HEIGHT, PanasonicTag.SENSOR_WIDTH))
    return tiff.integer(first, PanasonicTag.RAW_DATA_OFFSET) + height * width


def _strip_and_tile_ends(tiff: Tiff, directory: Directory) -> list[int]:
    parts = [
        part
        for offsets, lengths in _OFFSETS_AND_LENGTHS
        for part in zip(tiff.integers(directory.get(offsets)), tiff.integers(directory.get(lengths)), strict=False)
    ]
    pixels = tiff.integer(directory, Tag.IMAGE_WIDTH) * tiff.integer(directory, Tag.IMAGE_LENGTH)
    if parts and sum(length for _, length in parts) * 8 < pixels * _MIN_BITS_PER_PIXEL:
        raise ValueError("its picture is missing")
    return [offset + length for offset, length in parts]
