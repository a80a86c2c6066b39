"""HEIF and AVIF files that are put together: for a decoder to read, and for everyone."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from ..photo import OutputMetadata
from . import box_writing, boxes, items
from .box_writing import NewItem
from .boxes import Container, Item, Property, Reference
from .item_layout import parts
from .items import ItemEncoding

_GEOMETRY = ("clap", "irot", "imir")
_FORMATS = ("HEIF", "AVIF")
"""Those whose segments mean the same to each other."""


def alone(container: Container, ftyp: bytes) -> bytes:
    """A file of the primary picture and nothing else, not turned and not cropped, for a decoder to read.

    It cannot stumble over metadata then, and takes the still of a file that is a sequence as well.
    """
    numbers = parts(container)
    plain = {number: _plain(container, number) for number in numbers}
    inside = set(numbers)
    kinds = ("dimg", "auxl", "prem")
    references = [r for r in container.references if r.kind in kinds and {r.source, *r.targets} <= inside]
    file = io.BytesIO()
    box_writing.write(file, ftyp, container.primary, plain, references)
    return file.getvalue()


def _plain(container: Container, number: int) -> NewItem:
    item = container.items[number]
    properties = tuple(p for p in item.properties if p.kind not in _GEOMETRY and not _is_icc(p))
    return NewItem(replace(item, properties=properties), container.data(number), container.is_in_meta(number))


def _is_icc(found: Property) -> bool:
    return found.kind == "colr" and found.data[:4] in (b"prof", b"rICC")


def finish(file: BinaryIO, encoded: bytes, output: OutputMetadata, encoding: ItemEncoding) -> None:
    """Write the file that a library encoded from the bare picture, with what it is to say.

    encoding: of the picture in it, but for its turns and the head of its Exif block.
    """
    container = boxes.read(io.BytesIO(encoded))
    said = _said(output, encoding)
    inside = set(parts(container))
    new = {n: NewItem(container.items[n], container.data(n), container.is_in_meta(n)) for n in inside}
    new[container.primary] = _with(new[container.primary], said)
    geometry = [p for p in said if p.kind in _GEOMETRY]
    for layer in container.to("auxl", container.primary):
        # Its opacity is turned with the picture, or it would lie across it.
        new[layer] = _with(new[layer], geometry)
    references = [r for r in container.references if {r.source, *r.targets} <= inside]
    for number, description in enumerate(_descriptions(output, encoding.exif_head), max(new) + 1):
        new[number] = description
        references.append(Reference("cdsc", number, (container.primary,)))
    length = int.from_bytes(encoded[:4])
    box_writing.write(file, encoded[8:length], container.primary, new, references)


def _said(output: OutputMetadata, encoding: ItemEncoding) -> list[Property]:
    """Properties for the primary picture; those that turn it come last."""
    source = output.source
    own = [s for s in source.segments if s.name in items.KEPT] if source.format in _FORMATS else []
    known = items.orientation(encoding.turns) == output.orientation
    profile = output.icc if output.icc != items.coded_profile(encoding.colours) else None
    return [
        *([Property("colr", b"prof" + profile)] if profile else []),
        *(Property(s.name, s.data) for s in own),
        *(encoding.turns if known else items.turns(output.orientation)),
    ]


def _with(new: NewItem, said: Iterable[Property]) -> NewItem:
    own = tuple(p for p in new.item.properties if not _is_icc(p) and p.kind not in items.KEPT)
    return new._replace(item=replace(new.item, properties=(*own, *said)))


def _descriptions(output: OutputMetadata, exif_head: bytes) -> list[NewItem]:
    """The items with metadata; viewers are told not to show them."""
    found = [NewItem(Item("Exif", hidden=True), exif_head + output.exif)] if output.exif else []
    found += [NewItem(Item("mime", items.XMP, hidden=True), packet) for packet in output.packets]
    source = output.source
    own = [s for s in source.segments if s.name not in items.KEPT] if source.format in _FORMATS else []
    for segment in own:
        kind, *texts = segment.name.split("\0")
        if kind == "mime" and segment.data in output.packets:
            continue
        found.append(NewItem(Item(kind, tuple(text.encode("latin-1") for text in texts), True), segment.data))
    return found
