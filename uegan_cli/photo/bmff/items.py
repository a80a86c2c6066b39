"""What HEIF and AVIF share (ISO/IEC 23008-12, 23000-22): a photo as items, and what they say of it besides its pixels.

The container says how the picture is turned, and Exif does not count: it is carried over as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from ...errors import PhotoError
from .. import colour
from ..orientation import upright
from ..photo import Metadata, OutputMetadata, Pixels, Segment
from . import boxes
from .boxes import Container, Item, Property

XMP = (b"application/rdf+xml", b"")
_EXIF_HEAD = b"\0\0\0\6Exif\0\0"
"""What goes before an Exif block: how far away it is, and a signature."""

_DESCRIPTIONS = ("mime", "uri ")
KEPT = frozenset(
    (
        *("pasp", "clli", "mdcv", "cclv", "amve", "ndwt", "reve", "udes", "altt", "crtt", "mdft", "rloc"),
        *("aebr", "wbbr", "fobr", "afbr", "dobr", "cmin", "cmex"),
    )
)
"""Properties that stay true when the pixels change: shape and light, descriptions and times, bracketing, the camera."""

SRGB = (1, 13, 6, True)
_UNSAID = (2, 2, 6, True)
"""Beside an ICC profile."""

_AS_SRGB = (1, 2, 5, 6)
"""Primaries that screens show as sRGB's: those of BT.709, none, and those of BT.601, which are close to them."""

Colours = tuple[int, int, int, bool]
"""Code points of ITU-T H.273 for primaries, transfer and matrix, and whether the range is full."""


@dataclass(frozen=True)
class ItemEncoding:
    """How the picture of an HEIF or AVIF file was encoded, so that its successor can be encoded alike.

    depth: bits a channel: 8, 10 or 12. chroma: "420", "422", "444", or "400" for greyscale.
    colours: what the numbers mean. tile: pixels along a side of the tiles it is made of, 0 for one piece.
    turns: how the container says that it is turned. exif_head: what goes before the Exif block.
    quantiser: base_q_idx of AV1, 0..255; None where it is not known.
    """

    depth: int = 8
    chroma: str = "444"
    colours: Colours = SRGB
    tile: int = 0
    turns: tuple[Property, ...] = ()
    exif_head: bytes = _EXIF_HEAD
    quantiser: int | None = None


def read_metadata(file: BinaryIO, format: str) -> Metadata:
    """What a file says besides its pixels; nothing of what makes no sense."""
    try:
        return metadata(boxes.read(file), format)
    except (ValueError, PhotoError):
        return Metadata(format)


def open_container(file: BinaryIO) -> Container:
    kinds = {box.kind for box in boxes.boxes(file)}
    if "moov" in kinds and "meta" not in kinds:
        raise PhotoError("a video or a row of pictures; export one of them as a still")
    return boxes.read(file)


def metadata(container: Container, format: str) -> Metadata:
    """All but the pixels, with an `ItemEncoding`."""
    primary = container.items[container.primary]
    blocks, packets, others = _described(container)
    head, block = _exif(container.data(blocks[0])) if blocks else (_EXIF_HEAD, None)
    turns = tuple(p for p in primary.properties if p.kind in ("irot", "imir"))
    encoding = replace(_encoding(container), turns=turns, exif_head=head)
    kept = [Segment(p.kind, p.data) for p in primary.properties if p.kind in KEPT]
    return Metadata(
        format=format,
        exif=block,
        xmp=container.data(packets[0]) if packets else None,
        icc=(profile := _profile(primary)),
        implied=None if profile else coded_profile(encoding.colours),
        orientation=orientation(turns),
        segments=(*kept, *(_segment(container, item) for item in (*blocks[1:], *packets[1:], *others))),
        encoding=encoding,
    )


def _described(container: Container) -> tuple[list[int], list[int], list[int]]:
    """The items with Exif, with XMP, and other metadata, of the primary picture or of all."""
    of_others = {r.source for r in container.references if r.kind == "cdsc" and container.primary not in r.targets}
    own = {number: item for number, item in container.items.items() if number not in of_others}
    blocks = [number for number, item in own.items() if item.kind == "Exif"]
    packets = [number for number, item in own.items() if item.kind == "mime" and item.texts == XMP]
    taken = {*blocks, *packets}
    return blocks, packets, [n for n, item in own.items() if item.kind in _DESCRIPTIONS and n not in taken]


def _segment(container: Container, number: int) -> Segment:
    """A metadata item, named by its kind and texts."""
    item = container.items[number]
    return Segment("\0".join([item.kind, *(text.decode("latin-1") for text in item.texts)]), container.data(number))


def _exif(data: bytes) -> tuple[bytes, bytes | None]:
    """What goes before the block, and the block; data without a place for it are all block."""
    start = 4 + int.from_bytes(data[:4])
    if data[start : start + 4] not in (b"II*\0", b"MM\0*"):
        found = [at for at in (data[:64].find(b"II*\0"), data[:64].find(b"MM\0*")) if at >= 0]
        start = min(found, default=min(4, len(data)))
    return data[:start], data[start:] or None


def _profile(item: Item) -> bytes | None:
    """The ICC profile."""
    profiles = (p.data[4:] for p in item.properties if p.kind == "colr" and p.data[:4] in (b"prof", b"rICC"))
    return next(profiles, None) or None


def coded_profile(colours: Colours) -> bytes | None:
    """A profile for code points that are not as good as sRGB."""
    primaries, transfer, _, _ = colours
    return None if primaries in _AS_SRGB and transfer != 8 else colour.coded(primaries, transfer)


def _encoding(container: Container) -> ItemEncoding:
    """As the primary picture says, or, where it is made of others, the first of them."""
    primary = container.items[container.primary]
    below = container.of("dimg", container.primary)
    coded = container.items.get(below[0], primary) if below else primary
    config = coded.get("hvcC") or b""
    depth, chroma = _hevc(config) if config else _av1(coded.get("av1C") or b"")
    size = struct.unpack(">II", (coded.get("ispe") or bytes(12))[4:12]) if below else (0, 0)
    nclx = [p.data for item in (primary, coded) for p in item.properties if p.kind == "colr" and p.data[:4] == b"nclx"]
    unsaid = _UNSAID if _profile(primary) else SRGB
    return ItemEncoding(depth, chroma, _colours(nclx[0]) if nclx else unsaid, max(size))


def _hevc(config: bytes) -> tuple[int, str]:
    """Depth and chroma of an HEVC configuration record (ISO/IEC 14496-15, 8.3.3.1)."""
    if len(config) < 19:
        raise ValueError("its HEVC configuration is cut short")
    return 8 + (config[17] & 7), ("400", "420", "422", "444")[config[16] & 3]


def _av1(config: bytes) -> tuple[int, str]:
    """Depth and chroma of an AV1 configuration record (AV1-ISOBMFF, 2.3.3)."""
    if len(config) < 4:
        return 8, "420"
    flags = config[2]
    depth = 8 if not flags & 0x40 else 12 if flags & 0x20 else 10
    return depth, {0x10: "400", 0x1C: "400", 0x18: "400", 0x14: "400", 0x0C: "420", 0x08: "422"}.get(
        flags & 0x1C, "444"
    )


def _colours(nclx: bytes) -> Colours:
    if len(nclx) < 11:
        return SRGB
    primaries, transfer, matrix, flags = struct.unpack(">HHHB", nclx[4:11])
    return primaries, transfer, matrix, bool(flags & 0x80)


def orientation(turns: Sequence[Property]) -> int:
    """1..8 as in Exif, of quarters to the left ("irot") and mirrors ("imir", 0 is upside down) one after the other."""
    corner = np.arange(6, dtype=np.uint8).reshape(2, 3)
    turned: Pixels = corner
    for found in turns:
        value = found.data[0] if found.data else 0
        if found.kind == "irot":
            turned = np.rot90(turned, value & 3)
        elif value & 1:
            turned = turned[:, ::-1]
        else:
            turned = turned[::-1]
    return next(number for number in range(1, 9) if np.array_equal(upright(corner, number), turned))


def turns(wanted: int) -> tuple[Property, ...]:
    """The turn and the mirror, in the order that MIAF asks for, that make orientation `wanted`."""
    rotations = [(), *((Property("irot", bytes([quarters]), True),) for quarters in (1, 2, 3))]
    mirrors = [(), *((Property("imir", bytes([axis]), True),) for axis in (0, 1))]
    ways = sorted((first + second for first in rotations for second in mirrors), key=len)
    return next(way for way in ways if orientation(way) == wanted)


def lost(segments: Iterable[Segment]) -> list[str]:
    """In words, what no other format has a place for."""
    names = {"udes": "description", "altt": "description"}
    return list(dict.fromkeys(names[segment.name] for segment in segments if segment.name in names))


def encoding_of(metadata: Metadata) -> ItemEncoding:
    """As `metadata` of HEIF or AVIF says."""
    assert isinstance(metadata.encoding, ItemEncoding)
    return metadata.encoding


def next_encoding(output: OutputMetadata, otherwise: ItemEncoding) -> ItemEncoding:
    """How to encode the next picture: as the one before, or `otherwise` if that was no HEIF or AVIF."""
    known = output.source.encoding
    if isinstance(known, ItemEncoding):
        return known
    return replace(otherwise, colours=_UNSAID) if output.icc else otherwise
