"""Write the header and the directories of TIFF files (TIFF 6.0, BigTIFF) and Exif blocks: the inverse of `ifd_reader`.

Byte orders are "<" and ">" as in `struct`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from .field_types import INTEGER_CODES


class Field(NamedTuple):
    """An entry to write.

    data: its `value_count` values in the byte order of the file; or, if the file has them already, their offset: the 4
        or 8 bytes that go into the directory.
    """

    tag: int
    type: int
    value_count: int
    data: bytes


def integer_field(order: str, tag: int, type: int, *values: int) -> Field:
    """Build a field of integers; `type` is one of `INTEGER_CODES`."""
    return Field(tag, type, len(values), struct.pack(f"{order}{len(values)}{INTEGER_CODES[type]}", *values))


def even(length: int) -> int:
    """Return the bytes that a value of `length` bytes takes: every value begins at an even offset."""
    return length + length % 2


def header_size(big: bool) -> int:
    """Return the bytes of the header: 8, in a BigTIFF 16."""
    return 16 if big else 8


def build_header(order: str, big: bool, first: int) -> bytes:
    """Build the header of a file whose first directory is at `first`."""
    sign = b"II" if order == "<" else b"MM"
    return sign + (struct.pack(order + "HHHQ", 43, 8, 0, first) if big else struct.pack(order + "HI", 42, first))


def build_directory(order: str, big: bool, fields: Sequence[Field], start: int, following: int = 0) -> bytes:
    """Build a directory for the offset `start`, its longer values right after it.

    following: the offset of the next directory, 0 for none.
    """
    offset_size, code = (8, "Q") if big else (4, "I")
    rows, values = [], bytearray()
    values_start = start + (16 + 20 * len(fields) if big else 6 + 12 * len(fields))
    for tag, type, count, data in sorted(fields):
        raw = data.ljust(offset_size, b"\0")
        if len(data) > offset_size:
            raw = struct.pack(order + code, values_start + len(values))
            values += data.ljust(even(len(data)), b"\0")
        rows.append(struct.pack(order + "HH" + code, tag, type, count) + raw)
    counter = struct.pack(order + ("Q" if big else "H"), len(fields))
    return counter + b"".join(rows) + struct.pack(order + code, following) + values
