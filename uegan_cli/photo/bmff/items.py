"""The items of HEIF and AVIF files (ISO/IEC 23008-12), as `item_reader` reads and `item_writer` writes them.

An item is a picture, a tile of one, or metadata; references relate it to other items, and properties describe it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from ..byte_ranges import ByteRange


class ItemProperty(NamedTuple):
    """One property of an item.

    type: "ispe" (its size), "colr" (its colours), "irot" (its rotation), ...
    data: the payload, including version and flags where the type has them.
    essential: a reader that does not know it must not show the item.
    """

    type: str
    data: bytes
    essential: bool = False


class Reference(NamedTuple):
    """A reference from one item to others.

    type: `source` is a thumbnail of the targets ("thmb"), describes them ("cdsc"), is an auxiliary picture of them
        such as transparency ("auxl"), is made of them ("dimg"), is multiplied by them ("prem"), ...
    """

    type: str
    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Item:
    """One item.

    type: "hvc1", "av01" (coded pictures), "grid" (a picture made of others), "Exif", "mime", ...
    texts: the content type and its encoding of "mime", the URI of "uri ".
    hidden: not to be shown by itself. properties: in the order in which they apply.
    """

    type: str
    texts: tuple[bytes, ...] = ()
    hidden: bool = False
    properties: tuple[ItemProperty, ...] = ()

    def get(self, type: str) -> bytes | None:
        """Return the data of the first property of a type."""
        return next((found.data for found in self.properties if found.type == type), None)


class ItemExtents(NamedTuple):
    """The bytes of the file that hold the data of an item. in_meta: they are in the "idat" box, within "meta"."""

    ranges: tuple[ByteRange, ...]
    in_meta: bool


@dataclass(frozen=True)
class Container:
    """The items of an open file, by their numbers. primary: the number of the item to show."""

    file: BinaryIO
    primary: int
    items: Mapping[int, Item]
    references: tuple[Reference, ...]
    _extents: Mapping[int, ItemExtents] = field(repr=False)

    @property
    def primary_item(self) -> Item:
        return self.items[self.primary]

    def read_data(self, number: int) -> bytes:
        """Read the data of an item; none if they are in another file.

        Raises ValueError for data beyond the end, and, as no two items of an honest file share bytes, for data longer
        than the file.
        """
        ranges = self._extents[number].ranges if number in self._extents else ()
        size = self.file.seek(0, os.SEEK_END)
        if any(end > size for _, end in ranges) or sum(end - start for start, end in ranges) > size:
            raise ValueError(f"item {number} is beyond the end of the file")
        parts = []
        for start, end in ranges:
            self.file.seek(start)
            parts.append(self.file.read(end - start))
        return b"".join(parts)

    def is_in_meta(self, number: int) -> bool:
        """Whether the data of an item are within the "meta" box, as small ones may be."""
        return number in self._extents and self._extents[number].in_meta

    def sources_of(self, type: str, target: int) -> list[int]:
        """Return the items that have a reference of `type` to `target`."""
        return [found.source for found in self.references if found.type == type and target in found.targets]

    def targets_of(self, type: str, source: int) -> list[int]:
        """Return the items that `source` has a reference of `type` to."""
        return [
            target
            for found in self.references
            if (found.type, found.source) == (type, source)
            for target in found.targets
        ]


class NewItem(NamedTuple):
    """An item to write. in_meta: its data go into the "idat" box, within "meta"."""

    item: Item
    data: bytes
    in_meta: bool = False


def copy_item(container: Container, number: int) -> NewItem:
    """Read an item with its data, to be written again."""
    return NewItem(container.items[number], container.read_data(number), container.is_in_meta(number))
