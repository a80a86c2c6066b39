"""Find the parts of Fujifilm's RAF and Minolta's MRW files, which hold JPEG and TIFF structures in their own way."""

from __future__ import annotations

import struct
from typing import BinaryIO, NamedTuple

from ..byte_ranges import ByteRange

RAF_SIGNATURE = b"FUJIFILMCCD-RAW "
MRW_SIGNATURE = b"\0MRM"

_RAF_DIRECTORY_START = 84


class RafParts(NamedTuple):
    """The bytes of a RAF that hold the camera's JPEG, the header of the sensor's picture, and that picture."""

    jpeg: ByteRange
    header: ByteRange
    picture: ByteRange


def read_raf_parts(file: BinaryIO) -> RafParts:
    """Read the directory of a RAF; raises struct.error if the file ends before it."""
    file.seek(_RAF_DIRECTORY_START)
    numbers = struct.unpack(">6I", file.read(24))
    return RafParts(*((start, start + length) for start, length in zip(numbers[::2], numbers[1::2], strict=True)))


def find_mrw_tiff(file: BinaryIO) -> ByteRange:
    """Find the TTW block of an MRW, a TIFF structure; raises ValueError without one, struct.error at an early end."""
    file.seek(4)
    (length_of_blocks,) = struct.unpack(">I", file.read(4))
    at = 8
    while at < 8 + length_of_blocks:
        file.seek(at)
        name, length = struct.unpack(">4sI", file.read(8))
        if name == b"\0TTW":
            return at + 8, at + 8 + length
        at += 8 + length
    raise ValueError("no TTW block")
