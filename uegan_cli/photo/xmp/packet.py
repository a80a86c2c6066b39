"""XMP packets (ISO 16684-1) as a whole: their orientation, their subject and their padding.

Like `mark`, this works by patterns, so that packets which are not well-formed XML are read as far as possible.
"""

from __future__ import annotations

import re

_ABOUT = re.compile(rb"<[\w.-]+:Description\b[^<>]*?\s[\w.-]+:about\s*=\s*(\"[^\"]*\"|'[^']*')")
_ORIENTATION = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])\b")


def read_orientation(packet: bytes | None) -> int:
    """Return tiff:Orientation, 1..8; 1 if the packet has none."""
    found = _ORIENTATION.search(packet) if packet else None
    return int(found[1]) if found else 1


def find_about(packet: bytes) -> bytes:
    """Return the rdf:about of the packet with its quotes; all descriptions in a packet must have the same one."""
    found = _ABOUT.search(packet)
    return found[1] if found else b'""'


def strip_padding(packet: bytes) -> bytes:
    """Return the packet without the white space before its end."""
    return shrink_padding(packet, len(packet))


def shrink_padding(packet: bytes, most: int) -> bytes:
    """Remove up to `most` bytes of the white space before the packet's end, to make up for what was added."""
    end = packet.rfind(b"<?xpacket end=")
    text = packet[: max(0, end)].rstrip()
    cut = min(most, end - len(text) - 1)
    return packet[: end - cut - 1] + packet[end - 1 :] if cut > 0 else packet
