"""Files of boxes and items, put together: the inverse of `boxes.read`."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import BinaryIO, NamedTuple

from .boxes import Item, Reference


class NewItem(NamedTuple):
    """An item to write. in_meta: its data go among the descriptions."""

    item: Item
    data: bytes
    in_meta: bool = False


def write(
    file: BinaryIO, ftyp: bytes, primary: int, items: Mapping[int, NewItem], references: Sequence[Reference]
) -> None:
    """Write a file of these items. ftyp: the payload of its first box."""
    items = dict(sorted(items.items()))
    large = max(items) > 0xFFFF
    known = list(dict.fromkeys((p.kind, p.data) for new in items.values() for p in new.item.properties))
    idat = b"".join(new.data for new in items.values() if new.in_meta)
    head = box("ftyp", ftyp)

    def meta(media: int) -> bytes:
        parts = [
            box("hdlr", bytes(8) + b"pict" + bytes(13)),
            box("pitm", _full(large) + _number(primary, large)),
            _iloc(items, media, large),
            box(
                "iinf",
                _full(large) + _number(len(items), large) + b"".join(_infe(n, new.item) for n, new in items.items()),
            ),
            box("iref", _full(large) + b"".join(_reference(found, large) for found in references))
            if references
            else b"",
            box("iprp", box("ipco", b"".join(box(*found) for found in known)) + _ipma(items, known, large)),
            box("idat", idat) if idat else b"",
        ]
        return box("meta", _full() + b"".join(parts))

    described = meta(0)
    media = [new.data for new in items.values() if not new.in_meta]
    file.write(head + meta(len(head) + len(described) + 8))
    file.write(struct.pack(">I4s", 8 + sum(map(len, media)), b"mdat"))
    file.writelines(media)


def box(kind: str, payload: bytes) -> bytes:
    return struct.pack(">I", 8 + len(payload)) + kind.encode("latin-1") + payload


def _full(version: int = 0, flags: int = 0) -> bytes:
    return struct.pack(">I", version << 24 | flags)


def _number(value: int, large: bool) -> bytes:
    return value.to_bytes(4 if large else 2)


def _infe(number: int, item: Item) -> bytes:
    large = number > 0xFFFF
    texts = b"".join(text + b"\0" for text in (b"", *item.texts))
    payload = _full(3 if large else 2, item.hidden) + _number(number, large) + bytes(2)
    return box("infe", payload + item.kind.encode("latin-1") + texts)


def _reference(found: Reference, large: bool) -> bytes:
    targets = b"".join(_number(target, large) for target in found.targets)
    return box(found.kind, _number(found.source, large) + _number(len(found.targets), False) + targets)


def _iloc(items: Mapping[int, NewItem], media: int, large: bool) -> bytes:
    """Offsets and lengths of 4 bytes; the data follow each other from `media` on, or from the start of "idat"."""
    ends = {False: media, True: 0}
    rows = []
    for number, new in items.items():
        place = struct.pack(">HHHII", new.in_meta, 0, 1, ends[new.in_meta], len(new.data))
        rows.append(_number(number, large) + place)
        ends[new.in_meta] += len(new.data)
    return box("iloc", _full(2 if large else 1) + b"\x44\0" + _number(len(items), large) + b"".join(rows))


def _ipma(items: Mapping[int, NewItem], known: Sequence[tuple[str, bytes]], large: bool) -> bytes:
    indices = {found: index for index, found in enumerate(known, 1)}
    wide = len(known) > 0x7F
    rows = []
    for number, new in items.items():
        own = [(indices[p.kind, p.data], p.essential) for p in new.item.properties]
        if own:
            values = b"".join(
                _number(index | essential << (15 if wide else 7), False)[not wide :] for index, essential in own
            )
            rows.append(_number(number, large) + bytes([len(own)]) + values)
    return box("ipma", _full(large, wide) + struct.pack(">I", len(rows)) + b"".join(rows))
