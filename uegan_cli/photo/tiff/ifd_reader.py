"""Read the directories of TIFF files (TIFF 6.0, BigTIFF), of Exif blocks and of most camera raws.

Nothing here knows of pixels.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from ..byte_ranges import ByteRange
from .field_types import INTEGER_CODES, VALUE_SIZES, FieldType
from .tag_numbers import Tag

PANASONIC_MAGIC = b"U\0"
TIFF_MAGICS = (b"*\0", b"+\0")
"""TIFF and BigTIFF, in little-endian order."""

_MAGICS = {*TIFF_MAGICS, PANASONIC_MAGIC, b"RO", b"RS"}
"""The last two are Olympus's."""

_MAX_SUB_IFDS = 256
"""Directories that one directory may point to; more are nonsense."""


class IfdEntry(NamedTuple):
    """One entry of a directory in a file.

    type: how each of its `value_count` values is stored, a `FieldType` or something newer.
    start, length: the bytes of the file that the values take; in a broken entry they may lie beyond the end.
    inline: the values are in the directory itself.
    raw: the last 4 (BigTIFF: 8) bytes of the entry: the values or their offset.
    """

    tag: int
    type: int
    value_count: int
    start: int
    length: int
    inline: bool
    raw: bytes

    @property
    def byte_range(self) -> ByteRange:
        """The bytes of the file that the values take."""
        return self.start, self.start + self.length


@dataclass(frozen=True)
class Directory:
    """A directory in a file: the bytes [start, end) that it takes, including its pointer to the next directory.

    link: the position of that pointer. next: its value, 0 in the last directory.
    """

    start: int
    end: int
    link: int
    next: int
    entries: tuple[IfdEntry, ...]

    @property
    def byte_range(self) -> ByteRange:
        """The bytes of the file that the directory takes, without the values outside it."""
        return self.start, self.end

    @property
    def outside_values(self) -> list[ByteRange]:
        """The bytes of the file that values too long for the directory take."""
        return [entry.byte_range for entry in self.entries if not entry.inline]

    def get(self, tag: int) -> IfdEntry | None:
        """Return the first entry of a tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


class Tiff:
    """An open file with the structure of TIFF.

    order: the byte order, "<" or ">" as in `struct`. magic: bytes 2 and 3, in little-endian order. big: BigTIFF.
    offset_size: bytes of an offset, 4 or 8. first: the position of the first directory. size: bytes of the file.

    All methods but `integer` raise ValueError for broken files: offsets beyond the end, directories in circles.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        head = self.read(0, 4) if self.size >= 8 else b""
        self.order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        self.magic = head[2:] if self.order == "<" else head[:1:-1]
        if not self.order or self.magic not in _MAGICS:
            raise ValueError("no TIFF header")
        self.big = self.magic == b"+\0"
        self.offset_size = 8 if self.big else 4
        self.first = self.offset(8 if self.big else 4)

    def read(self, start: int, length: int) -> bytes:
        """Read exactly `length` bytes from `start` on."""
        if start + length > self.size:
            raise ValueError(f"{length} bytes at {start} are beyond the end of the file")
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) < length:
            raise ValueError("the file has shrunk")
        return data

    def offset(self, position: int) -> int:
        """Read the offset stored at `position`."""
        (value,) = struct.unpack(self.order + ("Q" if self.big else "I"), self.read(position, self.offset_size))
        return int(value)

    def directory(self, start: int) -> Directory:
        """Read the directory at `start`."""
        row = self.order + ("HHQ8s" if self.big else "HHI4s")
        counter_size, row_size = (8, 20) if self.big else (2, 12)
        (count,) = struct.unpack(self.order + ("Q" if self.big else "H"), self.read(start, counter_size))
        first, link = start + counter_size, start + counter_size + count * row_size
        rows = struct.iter_unpack(row, self.read(first, count * row_size))
        ends = range(first + row_size, link + 1, row_size)
        entries = tuple(
            self._entry(tag, type, n, raw, end) for (tag, type, n, raw), end in zip(rows, ends, strict=True)
        )
        # Some writers leave out the last pointer where the file ends.
        has_link = link + self.offset_size <= self.size
        end = link + self.offset_size if has_link else link
        return Directory(start, end, link, self.offset(link) if has_link else 0, entries)

    def _entry(self, tag: int, type: int, count: int, raw: bytes, end: int) -> IfdEntry:
        length = VALUE_SIZES[type] * count if type in VALUE_SIZES else self.offset_size
        if length <= self.offset_size:
            return IfdEntry(tag, type, count, end - self.offset_size, length, True, raw)
        (start,) = struct.unpack(self.order + ("Q" if self.big else "I"), raw)
        return IfdEntry(tag, type, count, start, length, False, raw)

    def chain(self, start: int | None = None) -> Iterator[Directory]:
        """Read the directory at `start` (by default the first of the file) and all that follow it."""
        start = self.first if start is None else start
        bytes_read = 0
        while start:
            found = self.directory(start)
            # No two directories of an honest file share a byte, so a chain longer than the file is a circle.
            bytes_read += found.end - found.start
            if bytes_read > self.size:
                raise ValueError("its directories lead in circles")
            yield found
            start = found.next

    def subdirectories(self, entry: IfdEntry | None) -> list[Directory]:
        """Read the directories that `entry` points to, but not those that follow them."""
        offsets = set(self.integers(entry)) if entry else set()
        if 2 * len(offsets) > self.size:
            raise ValueError("more directories than the file can hold")
        return [self.directory(offset) for offset in sorted(offsets)]

    def value(self, entry: IfdEntry) -> bytes:
        """Read the values of an entry as the bytes in the file."""
        return self.read(entry.start, entry.length)

    def integers(self, entry: IfdEntry | None) -> tuple[int, ...]:
        """Read the values of an entry as integers; return none for other types and for None."""
        if entry is None or entry.type not in INTEGER_CODES:
            return ()
        return struct.unpack(f"{self.order}{entry.value_count}{INTEGER_CODES[entry.type]}", self.value(entry))

    def integer(self, directory: Directory, tag: int, default: int = 0) -> int:
        """Read the first integer of a tag; return `default` if there is none, or none that can be read."""
        try:
            return next(iter(self.integers(directory.get(tag))), default)
        except ValueError:
            return default

    def rational(self, directory: Directory, tag: int) -> float | None:
        """Read the first unsigned fraction of a tag; return None if there is none, or its denominator is zero."""
        entry = directory.get(tag)
        if entry is None or entry.type != FieldType.RATIONAL or entry.value_count < 1:
            return None
        numerator, denominator = struct.unpack(self.order + "II", self.value(entry)[:8])
        return numerator / denominator if denominator else None


def find_picture_directories(tiff: Tiff) -> list[Directory]:
    """Find every directory that may hold a picture: the chain and its SubIFDs; broken ones are skipped."""
    found: dict[int, Directory] = {}
    waiting, bytes_left = [tiff.first], tiff.size
    while waiting and bytes_left > 0:
        start = waiting.pop(0)
        try:
            if not start or start in found:
                continue
            found[start] = directory = tiff.directory(start)
            waiting += [directory.next, *tiff.integers(directory.get(Tag.SUB_IFDS))[:_MAX_SUB_IFDS]]
            bytes_left -= directory.end - directory.start
        except ValueError:
            continue
    return list(found.values())
