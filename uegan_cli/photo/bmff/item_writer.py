"""Write files of items: the inverse of `item_reader`."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from .box_writer import build_box, build_full_box
from .items import Item, NewItem, Reference

_MAX_SHORT_NUMBER = 0xFFFF
"""Larger item numbers take 4 bytes instead of 2."""

_MAX_SHORT_INDEX = 0x7F
"""Larger property indices take 2 bytes instead of 1."""

_OFFSETS_AND_LENGTHS_OF_4_BYTES = b"\x44\0"


def write_items(
    file: BinaryIO, ftyp: bytes, primary: int, items: Mapping[int, NewItem], references: Sequence[Reference]
) -> None:
    """Write a file of items. ftyp: the payload of its first box. primary: the number of the item to show."""
    items = dict(sorted(items.items()))
    ftyp_box = build_box("ftyp", ftyp)
    # The offsets in "meta" take the same bytes whatever they are.
    meta_size = len(_build_meta(primary, items, references, 0))
    media = [new.data for new in items.values() if not new.in_meta]
    file.write(ftyp_box + _build_meta(primary, items, references, len(ftyp_box) + meta_size + 8))
    file.write(struct.pack(">I4s", 8 + sum(map(len, media)), b"mdat"))
    file.writelines(media)


def _build_meta(primary: int, items: Mapping[int, NewItem], references: Sequence[Reference], media_start: int) -> bytes:
    """Build the "meta" box. media_start: the offset of the data in "mdat"."""
    large = max(items) > _MAX_SHORT_NUMBER
    known = list(dict.fromkeys((p.type, p.data) for new in items.values() for p in new.item.properties))
    ipco = build_box("ipco", b"".join(build_box(*found) for found in known))
    idat = b"".join(new.data for new in items.values() if new.in_meta)
    parts = [
        build_box("hdlr", bytes(8) + b"pict" + bytes(13)),
        build_full_box("pitm", _number(primary, large), large),
        _build_iloc(items, media_start, large),
        _build_iinf(items, large),
        _build_iref(references, large) if references else b"",
        build_box("iprp", ipco + _build_ipma(items, known, large)),
        build_box("idat", idat) if idat else b"",
    ]
    return build_full_box("meta", b"".join(parts))


def _number(value: int, large: bool) -> bytes:
    return value.to_bytes(4 if large else 2)


def _build_iloc(items: Mapping[int, NewItem], media_start: int, large: bool) -> bytes:
    """Build the box of offsets; data follow each other from `media_start` on, or from the start of "idat"."""
    ends = {False: media_start, True: 0}
    rows = []
    for number, new in items.items():
        extent = struct.pack(">HHHII", new.in_meta, 0, 1, ends[new.in_meta], len(new.data))
        rows.append(_number(number, large) + extent)
        ends[new.in_meta] += len(new.data)
    payload = _OFFSETS_AND_LENGTHS_OF_4_BYTES + _number(len(items), large) + b"".join(rows)
    return build_full_box("iloc", payload, 2 if large else 1)


def _build_iinf(items: Mapping[int, NewItem], large: bool) -> bytes:
    entries = b"".join(_build_infe(number, new.item) for number, new in items.items())
    return build_full_box("iinf", _number(len(items), large) + entries, large)


def _build_infe(number: int, item: Item) -> bytes:
    large = number > _MAX_SHORT_NUMBER
    texts = b"".join(text + b"\0" for text in (b"", *item.texts))
    payload = _number(number, large) + bytes(2) + item.type.encode("latin-1") + texts
    return build_full_box("infe", payload, 3 if large else 2, item.hidden)


def _build_iref(references: Sequence[Reference], large: bool) -> bytes:
    return build_full_box("iref", b"".join(_build_reference(found, large) for found in references), large)


def _build_reference(found: Reference, large: bool) -> bytes:
    targets = b"".join(_number(target, large) for target in found.targets)
    return build_box(found.type, _number(found.source, large) + _number(len(found.targets), False) + targets)


def _build_ipma(items: Mapping[int, NewItem], known: Sequence[tuple[str, bytes]], large: bool) -> bytes:
    """Build the box that assigns to each item its properties among the `known` ones (type and data)."""
    indices = {found: index for index, found in enumerate(known, 1)}
    wide = len(known) > _MAX_SHORT_INDEX
    rows = []
    for number, new in items.items():
        own = [(indices[p.type, p.data], p.essential) for p in new.item.properties]
        if own:
            values = b"".join(
                _number(index | essential << (15 if wide else 7), False)[not wide :] for index, essential in own
            )
            rows.append(_number(number, large) + bytes([len(own)]) + values)
    return build_full_box("ipma", struct.pack(">I", len(rows)) + b"".join(rows), large, wide)
