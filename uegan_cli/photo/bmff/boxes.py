"""The structure of HEIF and AVIF files: boxes (ISO/IEC 14496-12), and the items in them (ISO/IEC 23008-12).

An item is a picture, a tile of one, or metadata; a reference says what it is to others, and properties say what it
looks like. Nothing here knows of pixels. Everything raises ValueError for what makes no sense, before it takes memory
for it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

_HIDDEN = 1
_TEXTS = {"mime": 2, "uri ": 1}
"""How many texts follow an item's name, by its kind: a content type and its encoding, a URI."""


class Box(NamedTuple):
    """A box in a file: its kind, and the range [start, end) of its payload."""

    kind: str
    start: int
    end: int


class Property(NamedTuple):
    """One thing that is said of an item.

    kind: "ispe" (its size), "colr" (its colours), "irot" (how it is turned), ... data: the payload, version and flags
    included where the kind has them. essential: a reader that does not know it must not show the item.
    """

    kind: str
    data: bytes
    essential: bool = False


class Reference(NamedTuple):
    """`source` is to each of `targets`: "thmb" its thumbnail, "cdsc" a description, "auxl" a layer of it, "dimg" made
    of it, "prem" multiplied by it, ...
    """

    kind: str
    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Item:
    """One item.

    kind: "hvc1", "av01" (coded pictures), "grid" (one made of others), "Exif", "mime", ...
    texts: what follows its name: the content type and its encoding of "mime", the URI of "uri ".
    hidden: not to be shown by itself. properties: in the order in which they apply.
    """

    kind: str
    texts: tuple[bytes, ...] = ()
    hidden: bool = False
    properties: tuple[Property, ...] = ()

    def get(self, kind: str) -> bytes | None:
        """The first property of a kind."""
        return next((found.data for found in self.properties if found.kind == kind), None)


class _Place(NamedTuple):
    """The ranges [start, end) of the file that an item's data take, or of the "idat" box if they are `in_meta`."""

    ranges: tuple[tuple[int, int], ...]
    in_meta: bool


@dataclass(frozen=True)
class Container:
    """The items of an open file. primary: the one to show."""

    file: BinaryIO
    primary: int
    items: Mapping[int, Item]
    references: tuple[Reference, ...]
    _places: Mapping[int, _Place] = field(repr=False)

    def data(self, item: int) -> bytes:
        """The bytes of an item. No two items share bytes in an honest file, so none is longer than the file."""
        ranges = self._places[item].ranges if item in self._places else ()
        size = self.file.seek(0, os.SEEK_END)
        if any(end > size for _, end in ranges) or sum(end - start for start, end in ranges) > size:
            raise ValueError(f"item {item} is beyond the file's end")
        parts = []
        for start, end in ranges:
            self.file.seek(start)
            parts.append(self.file.read(end - start))
        return b"".join(parts)

    def is_in_meta(self, item: int) -> bool:
        """Whether the item's data are among the descriptions, as small ones may be."""
        return item in self._places and self._places[item].in_meta

    def to(self, kind: str, target: int) -> list[int]:
        """The items that have a reference of `kind` to `target`."""
        return [found.source for found in self.references if found.kind == kind and target in found.targets]

    def of(self, kind: str, source: int) -> list[int]:
        """The items that `source` has a reference of `kind` to."""
        return [
            target
            for found in self.references
            if (found.kind, found.source) == (kind, source)
            for target in found.targets
        ]


def boxes(file: BinaryIO, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes in a range of the file, down to the first that makes no sense; the file's last may be cut short."""
    size = file.seek(0, os.SEEK_END)
    end = size if end is None else end
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        length, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if length == 1 and len(head) == 16:
            (length,), header = struct.unpack(">Q", head[8:]), 16
        length = length or end - start
        after = start + length
        name = kind.decode("latin-1")
        if length < header or not name.isprintable() or (after > end and end < size):
            return
        yield Box(name, start + header, min(after, end))
        start = after


def brands(head: bytes) -> tuple[bytes, ...]:
    """The brands in a "ftyp" box that a file starts with, its major one first; none where it starts otherwise."""
    if head[4:8] != b"ftyp":
        return ()
    names = head[8 : min(len(head), int.from_bytes(head[:4]))]
    return tuple(names[start : start + 4] for start in range(0, len(names) - 3, 4) if start != 4)


class _Cursor:
    """Reads numbers and texts off the payload of a box."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    def take(self, length: int) -> bytes:
        self._position += length
        if self._position > len(self._data):
            raise ValueError("a box ends too early")
        return self._data[self._position - length : self._position]

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length))

    def name(self) -> str:
        return self.take(4).decode("latin-1")

    def full(self) -> tuple[int, int]:
        """Version and flags."""
        return self.number(1), self.number(3)

    def text(self) -> bytes:
        """Up to the next zero, or to the end."""
        text, zero, _ = self._data[self._position :].partition(b"\0")
        self._position += len(text) + len(zero)
        return text

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._position)

    def boxes(self) -> Iterator[tuple[str, bytes]]:
        """The boxes in what is left."""
        while self._position < len(self._data):
            length, kind = self.number(4), self.name()
            header = 8
            if length == 1:
                length, header = self.number(8), 16
            if 0 < length < header:
                raise ValueError(f"a {kind!r} box is shorter than its header")
            yield kind, self.take(length - header) if length else self.rest()


def read(file: BinaryIO) -> Container:
    """The items of a file."""
    place = next((box for box in boxes(file) if box.kind == "meta"), None)
    if place is None:
        raise ValueError("no picture items in it")
    file.seek(place.start)
    meta = _Cursor(file.read(place.end - place.start))
    meta.full()
    parts = dict(reversed(list(meta.boxes())))
    for name in ("pitm", "iinf", "iloc"):
        if name not in parts:
            raise ValueError(f"no {name!r} box")
    items = _properties(parts.get("iprp", b""), _items(_Cursor(parts["iinf"])))
    primary = _primary(_Cursor(parts["pitm"]))
    if primary not in items:
        raise ValueError("its primary picture is missing")
    references = tuple(_references(_Cursor(parts["iref"]))) if "iref" in parts else ()
    idat = next((box for box in boxes(file, place.start + 4, place.end) if box.kind == "idat"), None)
    return Container(file, primary, items, references, _places(_Cursor(parts["iloc"]), idat))


def _primary(box: _Cursor) -> int:
    version, _ = box.full()
    return box.number(2 if version == 0 else 4)


def _items(box: _Cursor) -> dict[int, Item]:
    version, _ = box.full()
    box.number(2 if version == 0 else 4)
    return dict(_item(_Cursor(data)) for kind, data in box.boxes() if kind == "infe")


def _item(box: _Cursor) -> tuple[int, Item]:
    version, flags = box.full()
    if version < 2:
        raise ValueError("an item without a kind")
    number = box.number(2 if version == 2 else 4)
    box.number(2)
    kind = box.name()
    box.text()
    return number, Item(kind, tuple(box.text() for _ in range(_TEXTS.get(kind, 0))), bool(flags & _HIDDEN))


def _properties(iprp: bytes, items: Mapping[int, Item]) -> dict[int, Item]:
    """The items, each with its properties."""
    described = dict(items)
    parts = list(_Cursor(iprp).boxes())
    known = [found for kind, data in parts if kind == "ipco" for found in _Cursor(data).boxes()]
    for kind, data in parts:
        for number, indices in _associations(_Cursor(data)) if kind == "ipma" else ():
            if number not in described:
                continue
            if any(index > len(known) for index, _ in indices):
                raise ValueError(f"item {number} has a property that is missing")
            own = tuple(Property(*known[index - 1], essential) for index, essential in indices if index)
            old = described[number]
            described[number] = Item(old.kind, old.texts, old.hidden, own)
    return described


def _associations(box: _Cursor) -> Iterator[tuple[int, list[tuple[int, bool]]]]:
    """For each item the numbers of its properties, from 1 on, and whether they are essential."""
    version, flags = box.full()
    size = 2 if flags & 1 else 1
    essential = 1 << (8 * size - 1)
    for _ in range(box.number(4)):
        item = box.number(2 if version == 0 else 4)
        values = [box.number(size) for _ in range(box.number(1))]
        yield item, [(value & ~essential, bool(value & essential)) for value in values]


def _references(box: _Cursor) -> Iterator[Reference]:
    version, _ = box.full()
    size = 2 if version == 0 else 4
    for kind, data in box.boxes():
        one = _Cursor(data)
        source = one.number(size)
        yield Reference(kind, source, tuple(one.number(size) for _ in range(one.number(2))))


def _places(box: _Cursor, idat: Box | None) -> dict[int, _Place]:
    """Where the data of each item are; items that are in other files or in other items have no place."""
    version, _ = box.full()
    sizes = box.number(2)
    offset, length, base = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index = sizes & 15 if version else 0
    places = {}
    for _ in range(box.number(2 if version < 2 else 4)):
        item = box.number(2 if version < 2 else 4)
        method = box.number(2) & 15 if version else 0
        elsewhere = box.number(2)
        start = box.number(base)
        count = box.number(2)
        if count > 1 and not offset + length + index:
            raise ValueError("more ranges than the file can hold")
        ranges = []
        for _ in range(count):
            box.number(index)
            first = start + box.number(offset)
            ranges.append((first, first + box.number(length)))
        if method == 1 and idat:
            ranges = [_within(idat, *range) for range in ranges]
        if not elsewhere and (method == 0 or (method == 1 and idat)):
            places[item] = _Place(tuple(ranges), method == 1)
    return places


def _within(idat: Box, start: int, end: int) -> tuple[int, int]:
    if idat.start + end > idat.end:
        raise ValueError("an item is beyond the end of its box")
    return idat.start + start, idat.start + end
