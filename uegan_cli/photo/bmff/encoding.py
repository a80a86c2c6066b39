"""How the picture of an HEIF or AVIF file was encoded, so that the edited one can be encoded alike."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from ..photo import Metadata, OutputMetadata
from .items import Container, ItemProperty
from .properties import (
    SRGB,
    UNSPECIFIED,
    ColourCodes,
    read_colour_codes,
    read_depth_and_chroma,
    read_icc_profile,
)

EXIF_PREFIX = b"\0\0\0\6Exif\0\0"
"""Bytes before an Exif block in its item: how many more follow before the block, and a signature."""


@dataclass(frozen=True)
class ItemEncoding:
    """How the picture of an HEIF or AVIF file was encoded.

    depth: bits a channel: 8, 10 or 12. chroma: "420", "422", "444", or "400" for greyscale.
    colours: the meaning of the channels. tile: pixels along a side of its tiles, 0 for a picture in one piece.
    turns: the rotation and mirroring in the container. exif_prefix: bytes before the Exif block in its item.
    quantiser: base_q_idx of AV1, 0..255; None if it is not known.
    """

    depth: int = 8
    chroma: str = "444"
    colours: ColourCodes = SRGB
    tile: int = 0
    turns: tuple[ItemProperty, ...] = ()
    exif_prefix: bytes = EXIF_PREFIX
    quantiser: int | None = None


def read_encoding(container: Container) -> ItemEncoding:
    """Read the encoding of the primary picture, or of the first of its tiles: all but turns, prefix and quantiser."""
    primary = container.primary_item
    tiles = container.targets_of("dimg", container.primary)
    coded = container.items.get(tiles[0], primary) if tiles else primary
    depth, chroma = read_depth_and_chroma(coded)
    tile_size = struct.unpack(">II", (coded.get("ispe") or bytes(12))[4:12]) if tiles else (0, 0)
    unspecified = UNSPECIFIED if read_icc_profile(primary) else SRGB
    return ItemEncoding(depth, chroma, read_colour_codes((primary, coded)) or unspecified, max(tile_size))


def encoding_of(metadata: Metadata) -> ItemEncoding:
    """Return the encoding in the metadata of an HEIF or AVIF file."""
    assert isinstance(metadata.encoding, ItemEncoding)
    return metadata.encoding


def choose_encoding(output: OutputMetadata, default: ItemEncoding) -> ItemEncoding:
    """Return the encoding of the source if it was HEIF or AVIF, or else `default`."""
    known = output.source.encoding
    if isinstance(known, ItemEncoding):
        return known
    return replace(default, colours=UNSPECIFIED) if output.icc else default
