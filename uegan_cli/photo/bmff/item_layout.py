"""What the picture of an HEIF or AVIF file is made of, told before it is decoded (ISO/IEC 23008-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

from ..photo import Mode
from . import boxes
from .boxes import Container, Item
from .items import ItemEncoding

PICTURES = ("hvc1", "av01", "grid", "iovl", "iden", "jpeg", "avc1", "vvc1", "j2k1", "unci", "mski", "tmap")
"""Kinds of items that are pictures: coded ones, and those that are made of others."""

ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1", b"urn:mpeg:avc:2015:auxid:1")
"""Kinds of layers that are opacity."""

_SEQUENCES = (b"avis", b"hevc", b"hevx", b"msf1", b"hevm", b"hevs")


@dataclass(frozen=True)
class Layout:
    """The picture of a file, as it is stored.

    size: of all of it. crop: left, top, right and bottom of what is to be shown. frames: 1 for a still.
    """

    size: tuple[int, int]
    crop: tuple[int, int, int, int]
    mode: Mode
    frames: int

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height."""
        left, top, right, bottom = self.crop
        return right - left, bottom - top


def layout_of(container: Container, encoding: ItemEncoding) -> Layout:
    primary = container.items[container.primary]
    if primary.kind not in PICTURES:
        raise ValueError(f"its primary item is {primary.kind!r}, no picture")
    size = _size(primary)
    opaque = not any(is_alpha(container.items[number]) for number in parts(container))
    mode: Mode = ("L" if opaque else "LA") if encoding.chroma == "400" else ("RGB" if opaque else "RGBA")
    return Layout(size, _crop(primary.get("clap"), size), mode, frames(container.file))


def _crop(clap: bytes | None, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The clean aperture (ISO/IEC 14496-12, 12.1.4.3), to whole pixels; all where it is empty or beyond the picture."""
    if clap is None or len(clap) < 32:
        return 0, 0, *size
    numbers = struct.unpack(">IIIIiIiI", clap[:32])
    if 0 in numbers[1::2]:
        return 0, 0, *size
    wide, high, x, y = (Fraction(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))
    width, height = round(wide), round(high)
    left, top = round(x + Fraction(size[0] - width, 2)), round(y + Fraction(size[1] - height, 2))
    whole = 0 <= left < left + width <= size[0] and 0 <= top < top + height <= size[1]
    return (left, top, left + width, top + height) if whole else (0, 0, *size)


def is_alpha(item: Item) -> bool:
    return (item.get("auxC") or b"")[4:].split(b"\0")[0] in ALPHA


def parts(container: Container) -> list[int]:
    """The items that the decoder needs: the primary, what it is made of, and the opacity of all these."""
    needed: dict[int, None] = {}
    waiting = [container.primary]
    while waiting:
        number = waiting.pop()
        if number in needed or number not in container.items:
            continue
        needed[number] = None
        waiting += container.of("dimg", number)
        waiting += [layer for layer in container.to("auxl", number) if is_alpha(container.items.get(layer, Item("")))]
    return list(needed)


def _size(item: Item) -> tuple[int, int]:
    data = item.get("ispe") or b""
    if len(data) < 12:
        raise ValueError("its picture has no size")
    width, height = struct.unpack(">II", data[4:12])
    if not width or not height:
        raise ValueError("its picture is empty")
    return width, height


def frames(file: BinaryIO) -> int:
    """Pictures of the sequence, if the file is one before it is a still."""
    file.seek(0)
    if file.read(12)[8:] not in _SEQUENCES:
        return 1
    tracks = (box for box in _inside(file, boxes.boxes(file), ("moov",)) if box.kind == "trak")
    tables = _inside(file, tracks, ("trak", "mdia", "minf", "stbl"))
    return max((_samples(file, box) for box in tables if box.kind in ("stsz", "stz2")), default=1)


def _inside(file: BinaryIO, found: Iterable[boxes.Box], path: Sequence[str]) -> list[boxes.Box]:
    """The boxes in those of `found` that lie along `path`."""
    for kind in path:
        found = [inner for box in found if box.kind == kind for inner in boxes.boxes(file, box.start, box.end)]
    return list(found)


def _samples(file: BinaryIO, table: boxes.Box) -> int:
    file.seek(table.start + 8)
    return int.from_bytes(file.read(4))
