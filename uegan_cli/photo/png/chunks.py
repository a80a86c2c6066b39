"""The structure of PNG files: a signature and a row of chunks, the first of which (IHDR) describes the picture."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from ..photo import Segment

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURE = ("IHDR", "PLTE", "tRNS", "IDAT", "IEND")
"""Chunks that the decoder needs."""

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
"""Colour types."""

_END_OF_HEADER = len(SIGNATURE) + 25
"""Where the IHDR chunk ends."""

_MAX_INFLATED = 1 << 26
"""Bytes of an inflated text or profile; a longer one is an attack, not metadata."""


class ImageHeader(NamedTuple):
    """The IHDR chunk as far as it is needed. depth: bits a channel, 1 to 16. colour_type: 0 to 6."""

    width: int
    height: int
    depth: int
    colour_type: int


def read_ihdr(file: BinaryIO) -> ImageHeader:
    """Read the header, or zeros where a file is cut short."""
    file.seek(len(SIGNATURE) + 8)
    return ImageHeader(*struct.unpack(">IIBB", file.read(10).ljust(10, b"\0")))


def read_chunks(file: BinaryIO) -> Iterator[tuple[Segment, int, int]]:
    """Yield every chunk with its byte range in the file; those of the picture come without their data.

    Stops without an error where the file is broken.
    """
    size = file.seek(0, os.SEEK_END)
    start = len(SIGNATURE)
    while start + 8 <= size:
        file.seek(start)
        length, kind = struct.unpack(">I4s", file.read(8))
        name = kind.decode("latin-1")
        end = start + length + 12
        if not name.isalpha() or (end > size and name not in PICTURE):
            return
        yield Segment(name, b"" if name in PICTURE else file.read(length)), start, min(end, size)
        start = end


def count_frames(file: BinaryIO) -> int:
    """Return how many frames the acTL chunk counts; 1 for a still."""
    data = next((s.data for s, _, _ in read_chunks(file) if s.name == "acTL"), b"")
    return max(1, int.from_bytes(data[:4])) if len(data) == 8 else 1


def inflate(data: bytes) -> bytes | None:
    """Inflate a text or a profile; None if it is broken or too long."""
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(data, _MAX_INFLATED)
    except zlib.error:
        return None
    return text if stream.eof else None


def splice(file: BinaryIO, encoded: memoryview, segments: Iterable[Segment]) -> None:
    """Write a PNG that an encoder made, with `segments` after its IHDR chunk."""
    file.write(encoded[:_END_OF_HEADER])
    for segment in segments:
        body = segment.name.encode("latin-1") + segment.data
        file.write(struct.pack(">I", len(segment.data)) + body + struct.pack(">I", zlib.crc32(body)))
    file.write(encoded[_END_OF_HEADER:])
