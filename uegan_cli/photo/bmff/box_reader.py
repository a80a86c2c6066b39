"""Read boxes (ISO/IEC 14496-12), the structure of HEIF, AVIF and CR3 files.

Broken boxes raise ValueError before any memory is taken for their content.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple


class Box(NamedTuple):
    """A box in a file: its type, four characters, and the bytes [start, end) of its payload."""

    type: str
    start: int
    end: int


def read_boxes(file: BinaryIO, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Read the boxes in a range of the file, up to the first broken one; the last box of the file may be truncated."""
    size = file.seek(0, os.SEEK_END)
    end = size if end is None else end
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        length, raw_type = struct.unpack(">I4s", head[:8])
        header = 8
        if length == 1 and len(head) == 16:
            (length,), header = struct.unpack(">Q", head[8:]), 16
        length = length or end - start
        after = start + length
        type = raw_type.decode("latin-1")
        if length < header or not type.isprintable() or (after > end and end < size):
            return
        yield Box(type, start + header, min(after, end))
        start = after


def read_brands(head: bytes) -> tuple[bytes, ...]:
    """Return the brands in the "ftyp" box that a file begins with, its major one first; none without that box."""
    if head[4:8] != b"ftyp":
        return ()
    names = head[8 : min(len(head), int.from_bytes(head[:4]))]
    return tuple(names[start : start + 4] for start in range(0, len(names) - 3, 4) if start != 4)


class PayloadReader:
    """Reads numbers, texts and boxes off the payload of a box; raises ValueError at its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    def read(self, length: int) -> bytes:
        self._position += length
        if self._position > len(self._data):
            raise ValueError("a box ends too early")
        return self._data[self._position - length : self._position]

    def read_number(self, length: int) -> int:
        """Read an unsigned number of `length` bytes."""
        return int.from_bytes(self.read(length))

    def read_type(self) -> str:
        """Read four characters."""
        return self.read(4).decode("latin-1")

    def read_version_and_flags(self) -> tuple[int, int]:
        return self.read_number(1), self.read_number(3)

    def read_text(self) -> bytes:
        """Read up to the next zero, or to the end; return the text without the zero."""
        text, zero, _ = self._data[self._position :].partition(b"\0")
        self._position += len(text) + len(zero)
        return text

    def read_rest(self) -> bytes:
        return self.read(len(self._data) - self._position)

    def read_boxes(self) -> Iterator[tuple[str, bytes]]:
        """Read the rest as boxes: the type and payload of each."""
        while self._position < len(self._data):
            length, type = self.read_number(4), self.read_type()
            header = 8
            if length == 1:
                length, header = self.read_number(8), 16
            if 0 < length < header:
                raise ValueError(f"a {type!r} box is shorter than its header")
            yield type, self.read(length - header) if length else self.read_rest()
