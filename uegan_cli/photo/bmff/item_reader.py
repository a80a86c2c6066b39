"""Read the items of HEIF and AVIF files: the "meta" box (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12).

Nothing here knows of pixels. Broken boxes raise ValueError before any memory is taken for their content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from ..byte_ranges import ByteRange
from .box_reader import Box, PayloadReader, read_boxes
from .items import Container, Item, ItemExtents, ItemProperty, Reference

_HIDDEN = 1
"""The flag of an item that is not to be shown by itself."""

_TEXT_COUNTS = {"mime": 2, "uri ": 1}
"""Texts that follow an item's name, by its type: a content type and its encoding; a URI."""

_IN_FILE, _IN_IDAT = 0, 1
"""Construction methods: offsets count from the start of the file, or of the "idat" box."""


def read_container(file: BinaryIO) -> Container:
    """Read the items of a file."""
    place = next((box for box in read_boxes(file) if box.type == "meta"), None)
    if place is None:
        raise ValueError("no picture items in it")
    file.seek(place.start)
    meta = PayloadReader(file.read(place.end - place.start))
    meta.read_version_and_flags()
    parts = dict(reversed(list(meta.read_boxes())))
    for name in ("pitm", "iinf", "iloc"):
        if name not in parts:
            raise ValueError(f"no {name!r} box")
    items = _add_properties(parts.get("iprp", b""), _read_items(PayloadReader(parts["iinf"])))
    primary = _read_primary(PayloadReader(parts["pitm"]))
    if primary not in items:
        raise ValueError("its primary picture is missing")
    references = tuple(_read_references(PayloadReader(parts["iref"]))) if "iref" in parts else ()
    idat = next((box for box in read_boxes(file, place.start + 4, place.end) if box.type == "idat"), None)
    return Container(file, primary, items, references, _read_extents(PayloadReader(parts["iloc"]), idat))


def _read_primary(pitm: PayloadReader) -> int:
    version, _ = pitm.read_version_and_flags()
    return pitm.read_number(2 if version == 0 else 4)


def _read_items(iinf: PayloadReader) -> dict[int, Item]:
    version, _ = iinf.read_version_and_flags()
    iinf.read_number(2 if version == 0 else 4)
    return dict(_read_item(PayloadReader(data)) for type, data in iinf.read_boxes() if type == "infe")


def _read_item(infe: PayloadReader) -> tuple[int, Item]:
    """Return an item, without its properties, and its number."""
    version, flags = infe.read_version_and_flags()
    if version < 2:
        raise ValueError("an item without a type")
    number = infe.read_number(2 if version == 2 else 4)
    infe.read_number(2)
    type = infe.read_type()
    infe.read_text()
    texts = tuple(infe.read_text() for _ in range(_TEXT_COUNTS.get(type, 0)))
    return number, Item(type, texts, bool(flags & _HIDDEN))


def _add_properties(iprp: bytes, items: Mapping[int, Item]) -> dict[int, Item]:
    described = dict(items)
    parts = list(PayloadReader(iprp).read_boxes())
    known = [found for type, data in parts if type == "ipco" for found in PayloadReader(data).read_boxes()]
    for type, data in parts:
        for number, indices in _read_associations(PayloadReader(data)) if type == "ipma" else ():
            if number not in described:
                continue
            if any(index > len(known) for index, _ in indices):
                raise ValueError(f"item {number} has a property that is missing")
            own = tuple(ItemProperty(*known[index - 1], essential) for index, essential in indices if index)
            described[number] = replace(described[number], properties=own)
    return described


def _read_associations(ipma: PayloadReader) -> Iterator[tuple[int, list[tuple[int, bool]]]]:
    """Read for each item the indices of its properties, counted from 1, and whether each is essential."""
    version, flags = ipma.read_version_and_flags()
    size = 2 if flags & 1 else 1
    essential = 1 << (8 * size - 1)
    for _ in range(ipma.read_number(4)):
        item = ipma.read_number(2 if version == 0 else 4)
        values = [ipma.read_number(size) for _ in range(ipma.read_number(1))]
        yield item, [(value & ~essential, bool(value & essential)) for value in values]


def _read_references(iref: PayloadReader) -> Iterator[Reference]:
    version, _ = iref.read_version_and_flags()
    size = 2 if version == 0 else 4
    for type, data in iref.read_boxes():
        one = PayloadReader(data)
        source = one.read_number(size)
        yield Reference(type, source, tuple(one.read_number(size) for _ in range(one.read_number(2))))


def _read_extents(iloc: PayloadReader, idat: Box | None) -> dict[int, ItemExtents]:
    """Read where the data of each item are; items in other files or in other items are left out."""
    version, _ = iloc.read_version_and_flags()
    sizes = iloc.read_number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    extents = {}
    for _ in range(iloc.read_number(2 if version < 2 else 4)):
        item = iloc.read_number(2 if version < 2 else 4)
        method = iloc.read_number(2) & 15 if version else _IN_FILE
        other_file = iloc.read_number(2)
        base = iloc.read_number(base_size)
        count = iloc.read_number(2)
        if count > 1 and not offset_size + length_size + index_size:
            raise ValueError("more extents than the file can hold")
        ranges = []
        for _ in range(count):
            iloc.read_number(index_size)
            first = base + iloc.read_number(offset_size)
            ranges.append((first, first + iloc.read_number(length_size)))
        if method == _IN_IDAT and idat:
            ranges = [_within(idat, *range) for range in ranges]
        if not other_file and (method == _IN_FILE or (method == _IN_IDAT and idat)):
            extents[item] = ItemExtents(tuple(ranges), method == _IN_IDAT)
    return extents


def _within(idat: Box, start: int, end: int) -> ByteRange:
    """Return the bytes of the file for bytes of the "idat" box."""
    if idat.start + end > idat.end:
        raise ValueError("an item is beyond the end of its box")
    return idat.start + start, idat.start + end
