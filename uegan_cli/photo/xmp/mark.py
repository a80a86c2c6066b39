"""The provenance mark: which style and strength a picture was enhanced with, as properties in its XMP packet.

It is found by patterns, not by `rdf`: a mark must be written into, and read from, packets that no XML parser accepts,
such as those with a stray Latin-1 letter, or the batch would enhance these photos again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, unescape

from .packet import find_about, shrink_padding

NAMESPACE = "urn:uegan:provenance:1.0:"
_FIELDS = ("Style", "StyleHash", "Strength", "Job")
_QUOTES = {'"': "&quot;", "'": "&apos;"}

_RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n</rdf:RDF>'
_EMPTY_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n' + _RDF + b"\n</x:xmpmeta>\n"
    b'<?xpacket end="w"?>'
)
_EMPTY_ELEMENT = re.compile(rb"<([\w.-]+:xmpmeta)\b([^<>]*?)\s*/>")
"""A packet that says nothing: `<x:xmpmeta/>`."""

_RDF_END = re.compile(rb"</([\w.-]+):RDF\s*>")
_PREFIX = re.compile(rb"xmlns:([\w.-]+)\s*=\s*[\"']" + re.escape(NAMESPACE.encode()) + rb"[\"']")


@dataclass(frozen=True)
class Mark:
    """Provenance of an enhanced picture.

    style: the style's name. style_hash: the hash of its file. strength: 0..1. work_key: identifies a batch's work on
    the file; empty outside a batch.
    """

    style: str
    style_hash: str
    strength: float
    work_key: str = ""


def read_mark(packet: bytes | None) -> Mark | None:
    """Return the mark in an XMP packet, also if another program has rewritten the packet; None without one."""
    packet = packet or b""
    marks = (_parse(packet, found[1]) for found in _PREFIX.finditer(packet))
    return next((mark for mark in marks if mark), None)


def add_mark(packet: bytes | None, mark: Mark) -> bytes | None:
    """Return the packet with `mark` instead of any older one; None if it has no rdf:RDF element to add it to.

    Without a packet, the result is a new one. The mark is an rdf:Description of its own at the end of rdf:RDF; padding
    at the packet's end shrinks by its length.
    """
    packet = remove_mark(packet) if packet else _EMPTY_PACKET
    packet = _EMPTY_ELEMENT.sub(rb"<\1\2>" + _RDF + rb"</\1>", packet)
    end = next(reversed(list(_RDF_END.finditer(packet))), None)
    if end is None:
        return None
    description = _format(packet, end[1].decode(), mark)
    marked = packet[: end.start()] + description + packet[end.start() :]
    return shrink_padding(marked, len(description))


def remove_mark(packet: bytes) -> bytes:
    """Return the packet without marks: whole descriptions that uegan wrote, and properties in those of others."""
    for prefix in {found[1] for found in _PREFIX.finditer(packet)}:
        tag = re.escape(prefix) + b":(?:" + "|".join(_FIELDS).encode() + b")"
        own = rb"<[\w.-]+:Description\b[^<>]*?\s" + _PREFIX.pattern + rb"(?:\s+" + tag + rb"\s*=\s*\"[^\"]*\")+\s*/>\n?"
        packet = re.sub(own, b"", packet)
        packet = re.sub(rb"\s*<(" + tag + rb")>[^<]*</\1>", b"", packet)
        packet = re.sub(rb"\s+" + tag + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", packet)
    return packet


def _format(packet: bytes, rdf_prefix: str, mark: Mark) -> bytes:
    """Return the rdf:Description of `mark`, about the same thing as the packet's others."""
    values = zip(_FIELDS, (mark.style, mark.style_hash, f"{mark.strength:g}", mark.work_key), strict=True)
    attributes = "".join(f' uegan:{name}="{escape(value, _QUOTES)}"' for name, value in values if value)
    opening = f"<{rdf_prefix}:Description {rdf_prefix}:about=".encode() + find_about(packet)
    return opening + f' xmlns:uegan="{NAMESPACE}"{attributes}/>\n'.encode()


def _parse(packet: bytes, prefix: bytes) -> Mark | None:
    style, style_hash, strength, work_key = (_value(packet, prefix, name) for name in _FIELDS)
    try:
        return Mark(style, style_hash, float(strength), work_key)
    except ValueError:
        return None


def _value(packet: bytes, prefix: bytes, name: str) -> str:
    """Return a property of the mark, written as an attribute or as an element; empty if it is missing."""
    tag = re.escape(prefix) + b":" + name.encode()
    found = re.search(tag + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')|<" + tag + rb">([^<]*)</", packet)
    text = next((group for group in found.groups() if group is not None), b"") if found else b""
    return unescape(text.decode(errors="replace"), {entity: char for char, entity in _QUOTES.items()})
