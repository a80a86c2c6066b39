"""XMP longer than a JPEG segment: a main packet and an extension (Adobe's XMP specification, part 3, section 1.1.3.1).

The main packet names the extension by its MD5. In every other format a packet is as long as it likes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from hashlib import md5

from . import rdf
from .packet import about, unpadded

HEADER = b"http://ns.adobe.com/xmp/extension/\0"
_NOTE = "http://ns.adobe.com/xmp/note/"
_NAMED = "HasExtendedXMP"
_DIGITS = 32
_PREFIX = len(HEADER) + _DIGITS + 8
_RDF = rdf.RDF.encode()


def is_part(segment: bytes, packet: bytes | None) -> bool:
    """Whether this is a segment of the extension that `packet` names."""
    if packet is None or not segment.startswith(HEADER) or len(segment) < _PREFIX:
        return False
    name = segment[len(HEADER) : len(HEADER) + _DIGITS]
    return any(packet[slice(*p.value)].strip() == name for p in _notes(packet))


def joined(segments: Iterable[bytes], packet: bytes | None) -> bytes | None:
    """The extension that `packet` names, from segments in any order; None where a part of it is missing."""
    places = {struct.unpack_from(">II", s, _PREFIX - 8): s[_PREFIX:] for s in segments if is_part(s, packet)}
    whole = b""
    for (length, offset), data in sorted(places.items()):
        if offset != len(whole) or length != next(iter(places))[0]:
            return None
        whole += data
    return whole if places and len(whole) == next(iter(places))[0] else None


def segments(extension: bytes, longest: int) -> list[bytes]:
    """The extension as segments of at most `longest` bytes each."""
    room = longest - _PREFIX
    head = HEADER + _digest(extension) + struct.pack(">I", len(extension))
    starts = range(0, len(extension), room)
    return [head + struct.pack(">I", start) + extension[start : start + room] for start in starts]


def naming(packet: bytes, extension: bytes | None) -> bytes:
    """The main packet with the name of this extension instead of another's; without any for None."""
    notes = _notes(packet)
    if extension is None:
        return rdf.cut(packet, notes)
    for p in reversed(notes):
        packet = packet[: p.value[0]] + _digest(extension) + packet[p.value[1] :]
    return packet


def merged(packet: bytes, extension: bytes) -> bytes | None:
    """One packet that says what the two do; None where that cannot be told."""
    main, rest = rdf.parse(packet), rdf.parse(extension)
    if main is None or rest is None:
        return None
    moved = [_description(extension, p, about(packet)) for p in rest.properties if p.top]
    return naming(_with(packet, main, b"".join(moved)), None)


def split(packet: bytes, room: int) -> tuple[bytes, bytes | None] | None:
    """A main packet of at most `room` bytes, and its extension; None where that cannot be.

    The largest properties go to the extension, until the rest has room; one by one, byte for byte.
    """
    packet = unpadded(packet)
    if len(packet) <= room:
        return packet, None
    document = rdf.parse(packet)
    if document is None:
        return None
    note = _note(packet)
    moved, length = [], len(packet) + len(note)
    for p in sorted((p for p in document.properties if p.top), key=lambda p: p.start - p.end):
        if length > room:
            moved.append(p)
            length -= p.end - p.start
    extension = _extension(packet, moved)
    main = naming(rdf.cut(_with(packet, document, note), moved), extension)
    return (main, extension) if len(main) <= room else None


def _notes(packet: bytes) -> list[rdf.Property]:
    """In the order of the packet."""
    return [p for p in rdf.properties(packet) if p.top and (p.namespace, p.name) == (_NOTE, _NAMED)]


def _digest(extension: bytes) -> bytes:
    return md5(extension, usedforsecurity=False).hexdigest().upper().encode()


def _with(packet: bytes, document: rdf.Document, descriptions: bytes) -> bytes:
    end = document.inner[1]
    return packet[:end] + descriptions + packet[end:]


def _note(packet: bytes) -> bytes:
    value = f'xmlns:xmpNote="{_NOTE}" xmpNote:{_NAMED}="{"0" * _DIGITS}"'.encode()
    return b'<rdf:Description xmlns:rdf="%b" rdf:about=%b %b/>\n' % (_RDF, about(packet), value)


def _extension(packet: bytes, moved: Iterable[rdf.Property]) -> bytes:
    descriptions = b"".join(_description(packet, p, about(packet)) for p in moved)
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="%b">\n%b</rdf:RDF></x:xmpmeta>' % (
        _RDF,
        descriptions,
    )


def _description(packet: bytes, p: rdf.Property, subject: bytes) -> bytes:
    """A description with one property and the namespaces that it needs."""
    text = packet[p.start : p.end]
    scope = {prefix: uri for prefix, uri in p.scope.items() if prefix not in (b"", b"rdf") and prefix + b":" in text}
    names = b"".join(b' xmlns:%b="%b"' % (prefix, uri.replace(b'"', b"&quot;")) for prefix, uri in scope.items())
    opening = b'<rdf:Description xmlns:rdf="%b" rdf:about=%b%b' % (_RDF, subject, names)
    return opening + (b">%b</rdf:Description>\n" % text if text.startswith(b"<") else text + b"/>\n")
