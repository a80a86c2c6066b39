"""XMP longer than a JPEG segment: a main packet and an extension (Adobe's XMP specification, part 3, section 1.1.3.1).

The main packet names the extension by its MD5, in the property xmpNote:HasExtendedXMP. In every other format a packet
may have any length.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from hashlib import md5

from . import rdf
from .packet import find_about, strip_padding

HEADER = b"http://ns.adobe.com/xmp/extension/\0"
_NOTE_NAMESPACE = "http://ns.adobe.com/xmp/note/"
_NOTE_NAME = "HasExtendedXMP"
_DIGEST_LENGTH = 32
_PART_HEADER = len(HEADER) + _DIGEST_LENGTH + 8
"""Bytes before the data of a segment: the signature, the MD5, the length of the extension, the offset of the part."""

_RDF = rdf.RDF.encode()


def is_part(segment: bytes, packet: bytes | None) -> bool:
    """Return whether `segment` is a part of the extension that `packet` names."""
    if packet is None or not segment.startswith(HEADER) or len(segment) < _PART_HEADER:
        return False
    name = segment[len(HEADER) : len(HEADER) + _DIGEST_LENGTH]
    return any(packet[slice(*p.value)].strip() == name for p in _notes(packet))


def join_segments(segments: Iterable[bytes], packet: bytes | None) -> bytes | None:
    """Join the parts of the extension that `packet` names, in any order; None without one, or if a part is missing."""
    parts = {struct.unpack_from(">II", s, _PART_HEADER - 8): s[_PART_HEADER:] for s in segments if is_part(s, packet)}
    whole = b""
    for (length, offset), data in sorted(parts.items()):
        if offset != len(whole) or length != next(iter(parts))[0]:
            return None
        whole += data
    return whole if parts and len(whole) == next(iter(parts))[0] else None


def split_into_segments(extension: bytes, longest: int) -> list[bytes]:
    """Split the extension into segments of at most `longest` bytes each."""
    room = longest - _PART_HEADER
    head = HEADER + _digest(extension) + struct.pack(">I", len(extension))
    starts = range(0, len(extension), room)
    return [head + struct.pack(">I", start) + extension[start : start + room] for start in starts]


def set_extension_name(packet: bytes, extension: bytes | None) -> bytes:
    """Make the main packet name `extension` instead of the one it names, or none."""
    notes = _notes(packet)
    if extension is None:
        return rdf.cut(packet, notes)
    for p in reversed(notes):
        packet = packet[: p.value[0]] + _digest(extension) + packet[p.value[1] :]
    return packet


def merge(packet: bytes, extension: bytes) -> bytes | None:
    """Return one packet with the properties of both; None if either cannot be parsed."""
    main, rest = rdf.parse(packet), rdf.parse(extension)
    if main is None or rest is None:
        return None
    moved = [_description(extension, p, find_about(packet)) for p in rest.properties if p.top]
    return set_extension_name(_append(packet, main, b"".join(moved)), None)


def split(packet: bytes, room: int) -> tuple[bytes, bytes | None] | None:
    """Split a packet into a main packet of at most `room` bytes and an extension; None if that is impossible.

    The largest properties move to the extension, byte for byte, until the rest fits. The extension is None if the
    packet fits without its padding.
    """
    packet = strip_padding(packet)
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
    main = set_extension_name(rdf.cut(_append(packet, document, note), moved), extension)
    return (main, extension) if len(main) <= room else None


def _notes(packet: bytes) -> list[rdf.Property]:
    """Return the properties that name an extension, in the order of the packet."""
    return [p for p in rdf.properties(packet) if p.top and (p.namespace, p.name) == (_NOTE_NAMESPACE, _NOTE_NAME)]


def _digest(extension: bytes) -> bytes:
    return md5(extension, usedforsecurity=False).hexdigest().upper().encode()


def _append(packet: bytes, document: rdf.Document, descriptions: bytes) -> bytes:
    end = document.inner[1]
    return packet[:end] + descriptions + packet[end:]


def _note(packet: bytes) -> bytes:
    """Return a description that names an extension, with zeros for its MD5."""
    value = f'xmlns:xmpNote="{_NOTE_NAMESPACE}" xmpNote:{_NOTE_NAME}="{"0" * _DIGEST_LENGTH}"'.encode()
    return b'<rdf:Description xmlns:rdf="%b" rdf:about=%b %b/>\n' % (_RDF, find_about(packet), value)


def _extension(packet: bytes, moved: Iterable[rdf.Property]) -> bytes:
    """Return an RDF document with these properties of the packet."""
    descriptions = b"".join(_description(packet, p, find_about(packet)) for p in moved)
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="%b">\n%b</rdf:RDF></x:xmpmeta>' % (
        _RDF,
        descriptions,
    )


def _description(packet: bytes, p: rdf.Property, about: bytes) -> bytes:
    """Return a description with one property and the namespaces that it needs."""
    text = packet[p.start : p.end]
    scope = {prefix: uri for prefix, uri in p.scope.items() if prefix not in (b"", b"rdf") and prefix + b":" in text}
    names = b"".join(b' xmlns:%b="%b"' % (prefix, uri.replace(b'"', b"&quot;")) for prefix, uri in scope.items())
    opening = b'<rdf:Description xmlns:rdf="%b" rdf:about=%b%b' % (_RDF, about, names)
    return opening + (b">%b</rdf:Description>\n" % text if text.startswith(b"<") else text + b"/>\n")
