"""Photoshop's image resources, a row of numbered blocks, among them the IPTC record (Adobe Photoshop file formats).

JPEG and TIFF files and some camera raws hold them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

SIGNATURE = b"8BIM"
_SIGNATURES = (SIGNATURE, b"PHUT", b"DCSR", b"AgHg", b"MeSa")
IPTC = 0x0404
_THUMBNAILS = (0x0409, 0x040C)


def resources(block: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield the number of each resource, its byte range in `block`, and its data; stop where the block is broken."""
    start = 0
    while block[start : start + 4] in _SIGNATURES and start + 12 <= len(block):
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


def remove_thumbnails(block: bytes) -> bytes:
    """Return the block without its thumbnails, which show the unedited picture."""
    result = block
    for number, start, end, _ in reversed(list(resources(block))):
        if number in _THUMBNAILS:
            result = result[:start] + result[end:]
    return result


def find_iptc(block: bytes) -> bytes | None:
    """Return the IPTC record (IIM) in the block; None without one."""
    return next((data for number, _, _, data in resources(block) if number == IPTC), None)


def build_iptc_block(record: bytes) -> bytes:
    """Return a block with an IPTC record and nothing else."""
    return SIGNATURE + struct.pack(">HHI", IPTC, 0, len(record)) + record + bytes(len(record) % 2)
