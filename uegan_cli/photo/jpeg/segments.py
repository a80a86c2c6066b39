"""The structure of JPEG files (ITU-T T.81, annex B): a row of segments, then the scans of the picture."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ..photo import Segment

MAX_PAYLOAD = 65533
"""Bytes that a segment can hold: its length has 16 bits and counts itself."""

_MAX_JUNK = 1 << 16
"""Bytes without a marker that are skipped before a file is given up."""

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_COMMENT, _APP0 = 0xFE, 0xE0
_WITHOUT_PAYLOAD = (0x00, 0x01, *range(0xD0, 0xD9))
"""Stuffed zeros, TEM, restart markers and the start of the image."""


def read_segments(file: BinaryIO) -> Iterator[tuple[Segment, int, int]]:
    """Yield every APPn and COM segment before the first scan, with its byte range in the file.

    Stops without an error where the file is broken.
    """
    file.seek(2)
    while (marker := _next_marker(file)) not in (None, _END_OF_IMAGE, _START_OF_SCAN):
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
    """Return the next marker that has a payload, and skip junk before it; None at the end of the file."""
    for _ in range(_MAX_JUNK):
        byte = file.read(1)
        if not byte:
            return None
        if byte != b"\xff":
            continue
        while byte == b"\xff":
            byte = file.read(1)
        if byte and byte[0] not in _WITHOUT_PAYLOAD:
            return byte[0]
    return None


def _name(marker: int) -> str | None:
    if _APP0 <= marker <= _APP0 + 15:
        return f"APP{marker - _APP0}"
    return "COM" if marker == _COMMENT else None


def has_trailer(file: BinaryIO) -> bool:
    """Return whether more than padding follows the picture: a motion video, a second picture, a depth map."""
    for _ in read_segments(file):
        pass
    data = file.read()
    # Within a scan, 0xFF is followed by zero or a restart number, so the first end marker is the picture's.
    end = data.find(b"\xff\xd9")
    return end >= 0 and bool(data[end + 2 :].strip(b"\0\r\n\xff\xd9"))


def splice(file: BinaryIO, encoded: memoryview, segments: Iterable[Segment]) -> None:
    """Write a JPEG that Pillow encoded, with `segments` in the place of Pillow's own."""
    file.write(b"\xff\xd8")
    for segment in segments:
        marker = _COMMENT if segment.name == "COM" else _APP0 + int(segment.name[3:])
        file.write(struct.pack(">BBH", 0xFF, marker, len(segment.data) + 2) + segment.data)
    file.write(encoded[_end_of_header(encoded) :])


def _end_of_header(encoded: memoryview) -> int:
    """Return where the segments end that the encoder put first (JFIF, Adobe)."""
    position = 2
    while _APP0 <= encoded[position + 1] <= _APP0 + 15:
        position += 2 + int.from_bytes(encoded[position + 2 : position + 4])
    return position
