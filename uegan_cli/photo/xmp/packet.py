"""The XMP packet (ISO 16684-1): uegan's mark in it, and nothing else of it touched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, unescape

NAMESPACE = "urn:uegan:provenance:1.0:"
_FIELDS = ("Style", "StyleHash", "Strength", "Job")
_QUOTES = {'"': "&quot;", "'": "&apos;"}

_RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n</rdf:RDF>'
_EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n' + _RDF + b"\n</x:xmpmeta>\n"
    b'<?xpacket end="w"?>'
)
_HOLLOW = re.compile(rb"<([\w.-]+:xmpmeta)\b([^<>]*?)\s*/>")
_END = re.compile(rb"</([\w.-]+):RDF\s*>")
_ABOUT = re.compile(rb"<[\w.-]+:Description\b[^<>]*?\s[\w.-]+:about\s*=\s*(\"[^\"]*\"|'[^']*')")
_PREFIX = re.compile(rb"xmlns:([\w.-]+)\s*=\s*[\"']" + re.escape(NAMESPACE.encode()) + rb"[\"']")
_ORIENTATION = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])\b")


@dataclass(frozen=True)
class Mark:
    """Where a picture's look is from.

    style: the style's name. style_hash: the hash of its file. strength: 0..1. job: what a batch knows the work by;
    empty for pictures of no batch.
    """

    style: str
    style_hash: str
    strength: float
    job: str = ""


def read_mark(packet: bytes | None) -> Mark | None:
    """The mark in an XMP packet, also where another program has written the packet anew; None without one."""
    packet = packet or b""
    marks = (_mark(packet, found[1]) for found in _PREFIX.finditer(packet))
    return next((mark for mark in marks if mark), None)


def with_mark(packet: bytes | None, mark: Mark) -> bytes | None:
    """The packet with `mark` in the place of any older one; None where `packet` is not one that can be added to.

    The mark is a description of its own before the packet's end, and takes its room from the padding there.
    """
    packet = _HOLLOW.sub(rb"<\1\2>" + _RDF + rb"</\1>", without_mark(packet if packet else _EMPTY))
    end = next(reversed(list(_END.finditer(packet))), None)
    if end is None:
        return None
    description = _description(packet, end[1].decode(), mark)
    marked = packet[: end.start()] + description + packet[end.start() :]
    return _less_padding(marked, len(description))


def orientation(packet: bytes | None) -> int:
    """tiff:Orientation, 1..8; 1 where the packet says none."""
    found = _ORIENTATION.search(packet) if packet else None
    return int(found[1]) if found else 1


def about(packet: bytes) -> bytes:
    """What the packet is about, in its quotes: all of its descriptions have to be about the same thing."""
    found = _ABOUT.search(packet)
    return found[1] if found else b'""'


def unpadded(packet: bytes) -> bytes:
    """The packet without the white space before its end."""
    return _less_padding(packet, len(packet))


def _description(packet: bytes, rdf: str, mark: Mark) -> bytes:
    values = zip(_FIELDS, (mark.style, mark.style_hash, f"{mark.strength:g}", mark.job), strict=True)
    attributes = "".join(f' uegan:{name}="{escape(value, _QUOTES)}"' for name, value in values if value)
    opening = f"<{rdf}:Description {rdf}:about=".encode() + about(packet)
    return opening + f' xmlns:uegan="{NAMESPACE}"{attributes}/>\n'.encode()


def _less_padding(packet: bytes, room: int) -> bytes:
    """Up to `room` bytes of the white space before the packet's end taken away, so that the packet need not grow."""
    end = packet.rfind(b"<?xpacket end=")
    text = packet[: max(0, end)].rstrip()
    cut = min(room, end - len(text) - 1)
    return packet[: end - cut - 1] + packet[end - 1 :] if cut > 0 else packet


def _mark(packet: bytes, prefix: bytes) -> Mark | None:
    style, style_hash, strength, job = (_value(packet, prefix, name) for name in _FIELDS)
    try:
        return Mark(style, style_hash, float(strength), job)
    except ValueError:
        return None


def _value(packet: bytes, prefix: bytes, name: str) -> str:
    """One of the mark's properties, as an attribute or as an element; empty where it is missing."""
    tag = re.escape(prefix) + b":" + name.encode()
    found = re.search(tag + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')|<" + tag + rb">([^<]*)</", packet)
    text = next((group for group in found.groups() if group is not None), b"") if found else b""
    return unescape(text.decode(errors="replace"), {entity: char for char, entity in _QUOTES.items()})


def without_mark(packet: bytes) -> bytes:
    """The packet without marks: our own descriptions whole, the properties alone where another program wrote them."""
    for prefix in {found[1] for found in _PREFIX.finditer(packet)}:
        tag = re.escape(prefix) + b":(?:" + "|".join(_FIELDS).encode() + b")"
        own = rb"<[\w.-]+:Description\b[^<>]*?\s" + _PREFIX.pattern + rb"(?:\s+" + tag + rb"\s*=\s*\"[^\"]*\")+\s*/>\n?"
        packet = re.sub(own, b"", packet)
        packet = re.sub(rb"\s*<(" + tag + rb")>[^<]*</\1>", b"", packet)
        packet = re.sub(rb"\s+" + tag + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", packet)
    return packet
