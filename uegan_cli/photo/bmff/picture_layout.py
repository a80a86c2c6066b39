"""Tell size, channels and frames of an HEIF or AVIF file before anything is decoded (ISO/IEC 23008-12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ..photo import Mode
from .box_reader import Box, read_boxes
from .encoding import ItemEncoding
from .items import Container, Item
from .properties import is_alpha, read_crop, read_size

PICTURE_TYPES = ("hvc1", "av01", "grid", "iovl", "iden", "jpeg", "avc1", "vvc1", "j2k1", "unci", "mski", "tmap")
"""Types of items that are pictures: coded ones, and those that are made of others."""

_SEQUENCE_BRANDS = (b"avis", b"hevc", b"hevx", b"msf1", b"hevm", b"hevs")


@dataclass(frozen=True)
class ItemLayout:
    """The picture of a file, as it is stored.

    size: width and height of all of it. crop: left, top, right and bottom of the part to show. frames: 1 for a still.
    """

    size: tuple[int, int]
    crop: tuple[int, int, int, int]
    mode: Mode
    frames: int

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height of the part to show."""
        left, top, right, bottom = self.crop
        return right - left, bottom - top


def read_layout(container: Container, encoding: ItemEncoding) -> ItemLayout:
    """Read the layout of the primary picture; raises ValueError if it is no picture or has no size."""
    primary = container.primary_item
    if primary.type not in PICTURE_TYPES:
        raise ValueError(f"its primary item is {primary.type!r}, not a picture")
    size = read_size(primary)
    opaque = not any(is_alpha(container.items[number]) for number in find_picture_items(container))
    mode: Mode = ("L" if opaque else "LA") if encoding.chroma == "400" else ("RGB" if opaque else "RGBA")
    return ItemLayout(size, read_crop(primary, size), mode, count_frames(container.file))


def find_picture_items(container: Container) -> list[int]:
    """Find the items that a decoder needs: the primary, the items it is made of, and the transparency of all these."""
    needed: dict[int, None] = {}
    waiting = [container.primary]
    while waiting:
        number = waiting.pop()
        if number in needed or number not in container.items:
            continue
        needed[number] = None
        waiting += container.targets_of("dimg", number)
        auxiliary = container.sources_of("auxl", number)
        waiting += [layer for layer in auxiliary if is_alpha(container.items.get(layer, Item("")))]
    return list(needed)


def count_frames(file: BinaryIO) -> int:
    """Count the pictures of a file whose major brand is that of a sequence; other files have 1."""
    file.seek(0)
    if file.read(12)[8:] not in _SEQUENCE_BRANDS:
        return 1
    tracks = (box for box in _descend(file, read_boxes(file), ("moov",)) if box.type == "trak")
    tables = _descend(file, tracks, ("trak", "mdia", "minf", "stbl"))
    return max((_read_sample_count(file, box) for box in tables if box.type in ("stsz", "stz2")), default=1)


def _descend(file: BinaryIO, found: Iterable[Box], path: Sequence[str]) -> list[Box]:
    """Return the boxes inside those of `found` that lie along a path of types."""
    for type in path:
        found = [inner for box in found if box.type == type for inner in read_boxes(file, box.start, box.end)]
    return list(found)


def _read_sample_count(file: BinaryIO, sample_sizes: Box) -> int:
    file.seek(sample_sizes.start + 8)
    return int.from_bytes(file.read(4))
