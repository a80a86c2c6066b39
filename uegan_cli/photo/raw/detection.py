"""Tell camera raws from photos: by how they start, or, if they start like TIFF, by their directories."""

from __future__ import annotations

from typing import BinaryIO

from ..tiff.ifd_reader import TIFF_MAGICS, Directory, Tiff, find_picture_directories
from ..tiff.tag_numbers import Tag
from .containers import MRW_SIGNATURE, RAF_SIGNATURE

_SIGMA_SIGNATURE = b"FOVb"
_CRW_SIGNATURE = b"II\x1a\0\0\0HEAPCCDR"
_CR3_BRAND = b"ftypcrx "

_CR2_OR_PHASE_ONE = (b"CR\2\0", b"IIII", b"MMMM")
"""Bytes 8 to 11 of Canon's CR2 and Phase One's IIQ."""

_RAW_TAGS = {Tag.DNG_VERSION, Tag.CFA_REPEAT_PATTERN_DIM, Tag.CFA_PATTERN}

_RAW_PHOTOMETRICS = {32803, 34892}
"""Colour filter array: one colour a pixel; and DNG's linear raw."""

_RAW_COMPRESSIONS = {32767, 32770, 34316, 34713, 65000, 65535}
"""Sony, Samsung, Panasonic, Nikon, Kodak, Pentax."""


def has_raw_signature(head: bytes) -> bool:
    """Whether a file with these first bytes is a raw of a kind that does not start like TIFF."""
    signatures = (RAF_SIGNATURE, MRW_SIGNATURE, _SIGMA_SIGNATURE, _CRW_SIGNATURE)
    return head[4:12] == _CR3_BRAND or head.startswith(signatures)


def is_tiff_like_raw(file: BinaryIO) -> bool:
    """Whether a file that starts like TIFF holds sensor data, not a finished picture."""
    try:
        tiff = Tiff(file)
        if tiff.magic not in TIFF_MAGICS or tiff.read(8, 4) in _CR2_OR_PHASE_ONE:
            return True
        return any(_holds_sensor_data(tiff, directory) for directory in find_picture_directories(tiff))
    except ValueError:
        return False


def _holds_sensor_data(tiff: Tiff, directory: Directory) -> bool:
    return (
        any(entry.tag in _RAW_TAGS for entry in directory.entries)
        or tiff.integer(directory, Tag.PHOTOMETRIC) in _RAW_PHOTOMETRICS
        or tiff.integer(directory, Tag.COMPRESSION) in _RAW_COMPRESSIONS
    )
