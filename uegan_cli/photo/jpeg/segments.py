"""The structure of JPEG files (ITU-T T.81, annex B): a row of segments, then the scans of the picture."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ..photo import Segment

LONGEST = 65533
"""Bytes that a segment can hold: its length has 16 bits and counts itself."""

_MOST_JUNK = 1 << 16


def segments(file: BinaryIO) -> Iterator[tuple[Segment, int, int]]:
    """Every APPn and COM segment before the first scan, with the range of the file it takes.

    Ends without an error where the file stops making sense.
    """
    file.seek(2)
    while (marker := _next_marker(file)) not in (None, 0xD9, 0xDA):
        assert marker is not None
        start = file.tell() - 2
        length = max(0, int.from_bytes(file.read(2)) - 2)
        name = _name(marker)
        if name is None:
            file.seek(length, os.SEEK_CUR)
            continue
        data = file.read(length)
        if file.tell() < start + 4 + length:
            return
        yield Segment(name, data), start, file.tell()


def _next_marker(file: BinaryIO) -> int | None:
    """The next marker that has a payload, junk before it skipped; None at the end."""
    for _ in range(_MOST_JUNK):
        byte = file.read(1)
        if not byte:
            return None
        if byte != b"\xff":
            continue
        while byte == b"\xff":
            byte = file.read(1)
        if byte and byte[0] not in (0x00, 0x01, *range(0xD0, 0xD9)):
            return byte[0]
    return None


def _name(marker: int) -> str | None:
    if 0xE0 <= marker <= 0xEF:
        return f"APP{marker - 0xE0}"
    return "COM" if marker == 0xFE else None


def has_trailer(file: BinaryIO) -> bool:
    """Whether anything but filling follows the end of the picture: a motion video, a second picture, a depth map."""
    for _ in segments(file):
        pass
    data = file.read()
    # Within a scan, 0xFF is followed by zero or a restart number, so the first end marker is the picture's.
    end = data.find(b"\xff\xd9")
    return end >= 0 and bool(data[end + 2 :].strip(b"\0\r\n\xff\xd9"))


def splice(file: BinaryIO, encoded: memoryview, own: Iterable[Segment]) -> None:
    """A JPEG as Pillow encoded it, with `own` segments instead of its."""
    file.write(b"\xff\xd8")
    for segment in own:
        marker = 0xFE if segment.name == "COM" else 0xE0 + int(segment.name[3:])
        file.write(struct.pack(">BBH", 0xFF, marker, len(segment.data) + 2) + segment.data)
    file.write(encoded[_body(encoded) :])


def _body(encoded: memoryview) -> int:
    """Where the segments that an encoder puts first (JFIF, Adobe) end."""
    position = 2
    while 0xE0 <= encoded[position + 1] <= 0xEF:
        position += 2 + int.from_bytes(encoded[position + 2 : position + 4])
    return position
