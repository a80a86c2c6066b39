"""Put HEIF and AVIF files together: the bare picture for a decoder, and the new file with all its metadata."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from ..photo import OutputMetadata, Segment
from .encoding import ItemEncoding
from .item_reader import read_container
from .item_writer import write_items
from .items import Container, Item, ItemProperty, NewItem, Reference, copy_item
from .metadata import XMP_TEXTS
from .picture_layout import find_picture_items
from .properties import (
    KEPT_TYPES,
    ORIENTATION_TYPES,
    build_icc_profile,
    build_turns,
    is_icc_profile,
    profile_of_codes,
    read_orientation,
)

_GEOMETRY_TYPES = ("clap", *ORIENTATION_TYPES)
_PICTURE_REFERENCES = ("dimg", "auxl", "prem")
_FORMATS = ("HEIF", "AVIF")
"""Formats whose segments mean the same to each other."""


def isolate_picture(container: Container, ftyp: bytes) -> bytes:
    """Build a file of the primary picture and nothing else, not turned and not cropped, for a decoder to read.

    The decoder then cannot fail on metadata, and decodes the still of a file that is also a sequence.
    """
    numbers = find_picture_items(container)
    bare = {number: _bare_item(container, number) for number in numbers}
    inside = set(numbers)
    references = [r for r in container.references if r.type in _PICTURE_REFERENCES and {r.source, *r.targets} <= inside]
    file = io.BytesIO()
    write_items(file, ftyp, container.primary, bare, references)
    return file.getvalue()


def _bare_item(container: Container, number: int) -> NewItem:
    new = copy_item(container, number)
    properties = tuple(p for p in new.item.properties if p.type not in _GEOMETRY_TYPES and not is_icc_profile(p))
    return new._replace(item=replace(new.item, properties=properties))


def write_with_metadata(file: BinaryIO, encoded: bytes, output: OutputMetadata, encoding: ItemEncoding) -> None:
    """Write a file that a library encoded, `encoded`, with other metadata.

    encoding: how the source was encoded, for its turns and Exif prefix, and the meaning of colours in `encoded`.
    """
    container = read_container(io.BytesIO(encoded))
    properties = _build_properties(output, encoding)
    inside = set(find_picture_items(container))
    new = {number: copy_item(container, number) for number in inside}
    new[container.primary] = _with_properties(new[container.primary], properties)
    geometry = [p for p in properties if p.type in _GEOMETRY_TYPES]
    for layer in container.sources_of("auxl", container.primary):
        # Transparency is not turned with the picture by itself.
        new[layer] = _with_properties(new[layer], geometry)
    references = [r for r in container.references if {r.source, *r.targets} <= inside]
    for number, item in enumerate(_build_metadata_items(output, encoding.exif_prefix), max(new) + 1):
        new[number] = item
        references.append(Reference("cdsc", number, (container.primary,)))
    length = int.from_bytes(encoded[:4])
    write_items(file, encoded[8:length], container.primary, new, references)


def _build_properties(output: OutputMetadata, encoding: ItemEncoding) -> list[ItemProperty]:
    """Build the properties of the primary picture; those that turn it come last."""
    kept = [s for s in _own_segments(output) if s.name in KEPT_TYPES]
    same_orientation = read_orientation(encoding.turns) == output.orientation
    profile = output.icc if output.icc != profile_of_codes(encoding.colours) else None
    return [
        *([build_icc_profile(profile)] if profile else []),
        *(ItemProperty(s.name, s.data) for s in kept),
        *(encoding.turns if same_orientation else build_turns(output.orientation)),
    ]


def _own_segments(output: OutputMetadata) -> tuple[Segment, ...]:
    return output.source.segments if output.source.format in _FORMATS else ()


def _with_properties(new: NewItem, added: Iterable[ItemProperty]) -> NewItem:
    """Add properties to an item; ICC profiles and others that are taken from the source are removed."""
    own = tuple(p for p in new.item.properties if not is_icc_profile(p) and p.type not in KEPT_TYPES)
    return new._replace(item=replace(new.item, properties=(*own, *added)))


def _build_metadata_items(output: OutputMetadata, exif_prefix: bytes) -> list[NewItem]:
    """Build the items with metadata, hidden so that viewers do not show them."""
    found = [NewItem(Item("Exif", hidden=True), exif_prefix + output.exif)] if output.exif else []
    found += [NewItem(Item("mime", XMP_TEXTS, hidden=True), packet) for packet in output.packets]
    for segment in _own_segments(output):
        type, *texts = segment.name.split("\0")
        if segment.name in KEPT_TYPES or (type == "mime" and segment.data in output.packets):
            continue
        found.append(NewItem(Item(type, tuple(text.encode("latin-1") for text in texts), True), segment.data))
    return found
