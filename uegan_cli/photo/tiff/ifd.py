"""The structure of TIFF files (TIFF 6.0, BigTIFF): directories of tagged values, taken apart and put together.

TIFF, Exif blocks and most camera raws share it. Nothing here knows of pixels.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

BYTE, SHORT, LONG, RATIONAL, UNDEFINED, IFD, LONG8, SLONG8, IFD8 = 1, 3, 4, 5, 7, 13, 16, 17, 18
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of one value, by its kind."""

_INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}

_MAGIC = {b"*\0", b"+\0", b"U\0", b"RO", b"RS"}
"""TIFF, BigTIFF, Panasonic's and Olympus's raws, little-endian."""

EXIF, GPS, INTEROP, MAKER_NOTE = 0x8769, 0x8825, 0xA005, 0x927C
COMPRESSION, PHOTOMETRIC, SUB_IFDS = 0x0103, 0x0106, 0x014A

_MOST_BELOW = 256
"""Directories that a directory may point to; more are nonsense."""

_RAW_TAGS = {0xC612, 0x828D, 0x828E}
"""DNG's version; the pattern of the colour filters."""

_RAW_PHOTOMETRIC = {32803, 34892}
"""One colour a pixel, and DNG's linear raw."""

_RAW_COMPRESSION = {32767, 32770, 34316, 34713, 65000, 65535}
"""Sony, Samsung, Panasonic, Nikon, Kodak, Pentax."""


HEADER = 8
"""Bytes of the header of all but BigTIFFs."""


class Entry(NamedTuple):
    """One entry of a directory in a file.

    kind: how each of its `values` values is stored, a key of `SIZES`, or something newer.
    start, length: the range of the file that its value takes; broken entries name ranges beyond the end.
    inline: the value is in the directory itself. raw: the directory's last 4 (BigTIFF: 8) bytes for it, the value or
    its offset.
    """

    tag: int
    kind: int
    values: int
    start: int
    length: int
    inline: bool
    raw: bytes


@dataclass(frozen=True)
class Directory:
    """A directory in a file: the range [start, end) it takes, its pointer to the next one included.

    link: where that pointer is. next: what it says, 0 for none.
    """

    start: int
    end: int
    link: int
    next: int
    entries: tuple[Entry, ...]

    def get(self, tag: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.tag == tag), None)


class Tiff:
    """An open file of this structure.

    order: struct's sign for the byte order. magic: its two bytes, as if little-endian. big: BigTIFF. word: bytes of an
    offset. first: where the first directory is. size: the file's bytes.

    All but `integer` raise ValueError for what makes no sense: offsets beyond the end, directories in circles.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        head = self.read(0, 4) if self.size >= 8 else b""
        self.order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        self.magic = head[2:] if self.order == "<" else head[:1:-1]
        if not self.order or self.magic not in _MAGIC:
            raise ValueError("no TIFF header")
        self.big = self.magic == b"+\0"
        self.word = 8 if self.big else 4
        self.first = self.offset(8 if self.big else 4)

    def read(self, start: int, length: int) -> bytes:
        """`length` bytes of the file, all of them."""
        if start + length > self.size:
            raise ValueError(f"{length} bytes at {start} are beyond the file's end")
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) < length:
            raise ValueError("the file has shrunk")
        return data

    def offset(self, position: int) -> int:
        """The offset that is stored at `position`."""
        (value,) = struct.unpack(self.order + ("Q" if self.big else "I"), self.read(position, self.word))
        return int(value)

    def directory(self, start: int) -> Directory:
        shape = self.order + ("HHQ8s" if self.big else "HHI4s")
        counter, size = (8, 20) if self.big else (2, 12)
        (count,) = struct.unpack(self.order + ("Q" if self.big else "H"), self.read(start, counter))
        first, link = start + counter, start + counter + count * size
        rows = struct.iter_unpack(shape, self.read(first, count * size))
        ends = range(first + size, link + 1, size)
        entries = tuple(
            self._entry(tag, kind, n, raw, end) for (tag, kind, n, raw), end in zip(rows, ends, strict=True)
        )
        # Some writers leave out the last pointer where the file ends.
        whole = link + self.word <= self.size
        return Directory(start, link + self.word if whole else link, link, self.offset(link) if whole else 0, entries)

    def _entry(self, tag: int, kind: int, values: int, raw: bytes, end: int) -> Entry:
        length = SIZES[kind] * values if kind in SIZES else self.word
        if length <= self.word:
            return Entry(tag, kind, values, end - self.word, length, True, raw)
        (start,) = struct.unpack(self.order + ("Q" if self.big else "I"), raw)
        return Entry(tag, kind, values, start, length, False, raw)

    def chain(self, start: int | None = None) -> Iterator[Directory]:
        """The directory at `start` (the first one without it) and all that follow it."""
        start = self.first if start is None else start
        seen = 0
        while start:
            found = self.directory(start)
            # In an honest file no two share a byte, so one that leads in circles is told by what was read.
            seen += found.end - found.start
            if seen > self.size:
                raise ValueError("its directories lead in circles")
            yield found
            start = found.next

    def subdirectories(self, entry: Entry | None) -> list[Directory]:
        """The directories that `entry` points to, without those that follow them."""
        offsets = set(self.integers(entry)) if entry else set()
        if 2 * len(offsets) > self.size:
            raise ValueError("more directories than the file can hold")
        return [self.directory(offset) for offset in sorted(offsets)]

    def value(self, entry: Entry) -> bytes:
        """The bytes of the value, as they are in the file."""
        return self.read(entry.start, entry.length)

    def integers(self, entry: Entry | None) -> tuple[int, ...]:
        """The value as whole numbers; none for what is not whole numbers or not there."""
        if entry is None or entry.kind not in _INTEGERS:
            return ()
        return struct.unpack(f"{self.order}{entry.values}{_INTEGERS[entry.kind]}", self.value(entry))

    def integer(self, directory: Directory, tag: int, default: int = 0) -> int:
        """The first of the whole numbers of a tag; `default` where there is none, or none that can be read."""
        try:
            return next(iter(self.integers(directory.get(tag))), default)
        except ValueError:
            return default

    def rational(self, directory: Directory, tag: int) -> float | None:
        """An unsigned fraction; None where there is none or its denominator is zero."""
        entry = directory.get(tag)
        if entry is None or entry.kind != RATIONAL or entry.values < 1:
            return None
        above, below = struct.unpack(self.order + "II", self.value(entry)[:8])
        return above / below if below else None


def pictures(tiff: Tiff) -> list[Directory]:
    """Every directory that holds a picture: the chain, and what those in it point to; as far as it makes sense."""
    found: dict[int, Directory] = {}
    waiting, room = [tiff.first], tiff.size
    while waiting and room > 0:
        start = waiting.pop(0)
        try:
            if not start or start in found:
                continue
            found[start] = directory = tiff.directory(start)
            waiting += [directory.next, *tiff.integers(directory.get(SUB_IFDS))[:_MOST_BELOW]]
            room -= directory.end - directory.start
        except ValueError:
            continue
    return list(found.values())


def is_camera_raw(file: BinaryIO) -> bool:
    """Whether a file of this structure holds what a sensor saw, and no finished picture."""
    try:
        tiff = Tiff(file)
        if tiff.magic not in (b"*\0", b"+\0") or tiff.read(8, 4) in (b"CR\2\0", b"IIII", b"MMMM"):
            return True
        return any(_is_raw(tiff, directory) for directory in pictures(tiff))
    except ValueError:
        return False


def _is_raw(tiff: Tiff, directory: Directory) -> bool:
    return (
        any(entry.tag in _RAW_TAGS for entry in directory.entries)
        or tiff.integer(directory, PHOTOMETRIC) in _RAW_PHOTOMETRIC
        or tiff.integer(directory, COMPRESSION) in _RAW_COMPRESSION
    )


class Field(NamedTuple):
    """An entry to write.

    data: its values, in the byte order of the file; or, where they are in the file already, their offset, as the 4 or 8
    bytes that go into the directory.
    """

    tag: int
    kind: int
    values: int
    data: bytes


def integers(order: str, tag: int, kind: int, *values: int) -> Field:
    return Field(tag, kind, len(values), struct.pack(f"{order}{len(values)}{_INTEGERS[kind]}", *values))


def even(length: int) -> int:
    """Bytes that a value takes up: all of them begin at even offsets."""
    return length + length % 2


def header(order: str, big: bool, first: int) -> bytes:
    """The file's first 8 or, in a BigTIFF, 16 bytes, which point to the first directory."""
    sign = b"II" if order == "<" else b"MM"
    return sign + (struct.pack(order + "HHHQ", 43, 8, 0, first) if big else struct.pack(order + "HI", 42, first))


def directory(order: str, big: bool, fields: Sequence[Field], start: int, following: int = 0) -> bytes:
    """A directory that goes to `start`, its longer values right after it. following: where the next one is."""
    word, number = (8, "Q") if big else (4, "I")
    rows, values = [], bytearray()
    at = start + (16 + 20 * len(fields) if big else 6 + 12 * len(fields))
    for tag, kind, count, data in sorted(fields):
        raw = data.ljust(word, b"\0")
        if len(data) > word:
            raw = struct.pack(order + number, at + len(values))
            values += data.ljust(even(len(data)), b"\0")
        rows.append(struct.pack(order + "HH" + number, tag, kind, count) + raw)
    counter = struct.pack(order + ("Q" if big else "H"), len(fields))
    return counter + b"".join(rows) + struct.pack(order + number, following) + values
