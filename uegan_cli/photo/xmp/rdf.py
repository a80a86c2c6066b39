"""The properties of an XMP packet and their byte ranges, so that one can be cut out and the rest stays as it is.

XMP is RDF in XML (ISO 16684-1). The parser is expat; a packet that expat rejects is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import unescape

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
Scope = dict[bytes, bytes]
"""Namespaces by prefix, both as bytes of the packet."""

_TAG = re.compile(rb"<([^\s/>]+)")
_ATTRIBUTE = re.compile(rb"\s+([^\s=<>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_QUOTES = {"&quot;": '"', "&apos;": "'"}
_MAX_DEPTH = 200
"""Nested elements; a packet with more is taken for an attack."""


@dataclass(frozen=True)
class Property:
    """A property, written as an element or as an attribute.

    namespace: its URI; empty if the prefix is not declared. name: without the prefix.
    start, end: its byte range in the packet. value: the byte range of its content.
    top: it belongs to a description, not to a structure in another property. scope: the namespaces in force there.
    """

    namespace: str
    name: str
    start: int
    end: int
    value: tuple[int, int]
    top: bool
    scope: Scope = field(repr=False)


class Document(NamedTuple):
    """A parsed packet. properties: those of every level. inner: the byte range between the tags of rdf:RDF."""

    properties: list[Property]
    inner: tuple[int, int]


def parse(packet: bytes) -> Document | None:
    """Parse a packet; None if it is not RDF in UTF-8."""
    reader = _Reader(packet, max(0, packet.find(b"<")))
    try:
        reader.parser.Parse(packet[reader.base :], True)
    except (expat.ExpatError, ValueError):
        # Some writers pad packets with zeros, which are not XML.
        if not reader.whole:
            return None
    return Document(reader.properties, reader.inner) if reader.inner else None


def properties(packet: bytes) -> list[Property]:
    """Return the properties of every level; none if the packet cannot be parsed."""
    document = parse(packet)
    return document.properties if document else []


def cut(packet: bytes, unwanted: Iterable[Property]) -> bytes:
    """Return the packet without these properties and the white space before each."""
    parts, position = [], 0
    for p in sorted(unwanted, key=lambda p: (p.start, -p.end)):
        if p.start < position:
            continue  # it was cut with the structure around it
        start = p.start
        while start > position and packet[start - 1] in b" \t\r\n":
            start -= 1
        parts.append(packet[position:start])
        position = p.end
    return b"".join([*parts, packet[position:]])


class _Element(NamedTuple):
    """An open element. start: of its tag. opened: the end of its tag. empty: it has no end tag."""

    namespace: str
    name: str
    start: int
    opened: int
    empty: bool
    scope: Scope


class _Reader:
    """Collects properties while expat walks through the elements.

    expat tells where each tag starts, but not where its attributes are, so these are found in the packet itself.
    """

    def __init__(self, packet: bytes, base: int) -> None:
        self.packet, self.base = packet, base
        self.properties: list[Property] = []
        self.inner: tuple[int, int] | None = None
        self.whole = False
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self._stack: list[_Element] = []
        self._rdf_depth = _MAX_DEPTH

    def _refuse(self, *_: object) -> None:
        raise ValueError("XMP must not have a document type")

    def _open(self, *_: object) -> None:
        start = self.base + self.parser.CurrentByteIndex
        tag = _TAG.match(self.packet, start)
        if tag is None or len(self._stack) >= _MAX_DEPTH:
            raise ValueError("no tag, or too many nested elements")
        attributes = _attributes(self.packet, tag.end())
        opened = self.packet.index(b">", attributes[-1].end() if attributes else tag.end()) + 1
        above = self._stack[-1].scope if self._stack else {}
        scope = {**above, **_declarations(attributes)}
        element = _Element(*_resolved(tag[1], scope), start, opened, self.packet[opened - 2] == ord("/"), scope)
        self._stack.append(element)
        if len(self._stack) > self._rdf_depth:
            self._add(attributes, scope)
        elif element[:2] == (RDF, "RDF"):
            self._rdf_depth = len(self._stack)

    def _add(self, attributes: Sequence[re.Match[bytes]], scope: Scope) -> None:
        for a in attributes:
            namespace, name = _resolved(a[1], scope)
            if b":" in a[1] and namespace != RDF and not a[1].startswith((b"xmlns:", b"xml:")):
                top = len(self._stack) == self._rdf_depth + 1
                self.properties.append(Property(namespace, name, *a.span(), _span(a), top, scope))

    def _close(self, _: str) -> None:
        index = self.base + self.parser.CurrentByteIndex
        element = self._stack.pop()
        self.whole = not self._stack
        inner = (element.opened, element.opened if element.empty else index)
        level = len(self._stack) - self._rdf_depth
        if level < 0:
            self.inner = inner if level == -1 and not element.empty else self.inner
            return
        end = element.opened if element.empty else self.packet.index(b">", index) + 1
        if level > 0 and element.namespace != RDF:
            namespace, name, scope = element.namespace, element.name, element.scope
            self.properties.append(Property(namespace, name, element.start, end, inner, level == 1, scope))


def _attributes(packet: bytes, position: int) -> list[re.Match[bytes]]:
    found = []
    while attribute := _ATTRIBUTE.match(packet, position):
        found.append(attribute)
        position = attribute.end()
    return found


def _span(attribute: re.Match[bytes]) -> tuple[int, int]:
    return attribute.span(3 if attribute[2] is None else 2)


def _declarations(attributes: Sequence[re.Match[bytes]]) -> Scope:
    named = [a for a in attributes if a[1] == b"xmlns" or a[1].startswith(b"xmlns:")]
    return {a[1][6:]: a.string[slice(*_span(a))] for a in named}


def _resolved(tag: bytes, scope: Scope) -> tuple[str, str]:
    prefix, _, name = tag.rpartition(b":")
    return unescape(scope.get(prefix, b"").decode(errors="replace"), _QUOTES), name.decode(errors="replace")
