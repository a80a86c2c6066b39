"""Photoshop's image resources: a row of blocks, among them the IPTC record (Adobe Photoshop file formats)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

SIGNATURE = b"8BIM"
_KINDS = (SIGNATURE, b"PHUT", b"DCSR", b"AgHg", b"MeSa")
IPTC = 0x0404
_THUMBNAILS = (0x0409, 0x040C)


def resources(block: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """The number of each resource, the range it takes, and its data; ends where it makes no sense any more."""
    start = 0
    while block[start : start + 4] in _KINDS and start + 12 <= len(block):
        (number,) = struct.unpack_from(">H", block, start + 4)
        name = 1 + block[start + 6]
        at = start + 6 + name + name % 2
        if at + 4 > len(block):
            return
        (length,) = struct.unpack_from(">I", block, at)
        end = at + 4 + length
        if end > len(block):
            return
        end = min(len(block), end + length % 2)
        yield number, start, end, block[at + 4 : at + 4 + length]
        start = end


def without_thumbnails(block: bytes) -> bytes:
    """The block without the thumbnails, which show the unedited picture; nothing else is touched."""
    result = block
    for number, start, end, _ in reversed(list(resources(block))):
        if number in _THUMBNAILS:
            result = result[:start] + result[end:]
    return result


def iptc(block: bytes) -> bytes | None:
    """The IPTC record (IIM), None without one."""
    return next((data for number, _, _, data in resources(block) if number == IPTC), None)


def with_iptc(record: bytes) -> bytes:
    """A block with an IPTC record alone."""
    return SIGNATURE + struct.pack(">HHI", IPTC, 0, len(record)) + record + bytes(len(record) % 2)
