"""A photo between its file and the network: pixels, and everything else that the file said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.unsignedinteger[Any]]
"""uint8 or uint16."""

Mode = Literal["L", "LA", "RGB", "RGBA", "CMYK"]
"""Channels of a picture, in Pillow's names."""


Keep = Literal["all", "no-gps", "none"]
"""How much of the metadata a new file gets: all, all but the positions, or none but what the picture itself needs."""


@dataclass(frozen=True)
class Segment:
    """One piece of metadata as it is in the file.

    name: "APP1", "COM" (JPEG markers), "tEXt", "pHYs" (PNG chunk types), or what else the format calls it.
    data: its payload, without marker, length or checksum.
    """

    name: str
    data: bytes


@dataclass(frozen=True)
class Metadata:
    """What a file says besides its pixels, as bytes.

    format: the format that `segments` are in, a key of `FORMATS`.
    exif: the Exif block, from its TIFF header on; offsets count from its first byte.
    xmp: the XMP packet; with an extension, its main part.
    extension: the rest of what XMP says, where a packet has to be short: an RDF document of its own.
    photoshop: Photoshop's image resources, which hold the IPTC record: a row of "8BIM" blocks.
    icc: the ICC profile.
    implied: a profile made from what the file says of its colours in other words (PNG's chunks, HEIF's code points);
        None where there is an ICC profile, and where they are sRGB. Its successor of the same format says it again.
    orientation: 1..8 as in Exif: how the stored picture has to be turned to be upright.
    density: pixels per metre, horizontal and vertical, of the stored (not the upright) picture.
    segments: what else stays true when the pixels change, in the order of the file, in terms of `format`.
    encoding: how the picture was encoded, in terms of `format`; what `write` of the same format needs to do it alike.
    """

    format: str
    exif: bytes | None = None
    xmp: bytes | None = None
    extension: bytes | None = None
    photoshop: bytes | None = None
    icc: bytes | None = None
    implied: bytes | None = None
    orientation: int = 1
    density: tuple[float, float] | None = None
    segments: tuple[Segment, ...] = ()
    encoding: object = None


@dataclass(frozen=True)
class Picture:
    """The picture in an open file, understood and not yet decoded.

    size: width and height as stored.
    mode: the channels that hold everything in it; a palette is RGB or RGBA.
    decode: makes it, once, while the file is open: an image of any of Pillow's modes that converts to `mode`, or an
        array, H x W x channels of `mode`, uint8 or uint16. It is given the size as stored that will do, or None; where
        the format has a shortcut, what comes is smaller, but no smaller than that.
    frames: pictures that play one after the other; 1 for a still.
    """

    size: tuple[int, int]
    mode: Mode
    decode: Callable[[tuple[int, int] | None], Image.Image | Pixels]
    frames: int = 1


@dataclass(frozen=True)
class Contents:
    """An open file. warnings: what could not be kept or understood, in words that follow the file's name."""

    metadata: Metadata
    picture: Picture
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutputMetadata:
    """What a new file is to say besides its picture.

    source: what the photo's file said; its segments mean something to the same format alone.
    exif, packets, icc, extension, photoshop: what is to be written; those in `source` are the old ones. There are two
        packets where the input's takes no mark. No format but JPEG gets an extension.
    orientation: 1..8, how the picture as stored has to be turned. Exif and XMP say the same, or nothing at all.
    keep: with "no-gps", whatever else tells a position is left out; with "none" everything is, and `source` is empty
        but for what the picture needs.
    """

    source: Metadata
    exif: bytes | None
    packets: tuple[bytes, ...]
    icc: bytes | None
    extension: bytes | None = None
    photoshop: bytes | None = None
    orientation: int = 1
    keep: Keep = "all"


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    pixels: H x W x 3, uint8 or uint16, upright, in the photo's own colour space; a greyscale photo has three equal
        channels.
    alpha: H x W, of the same type, upright, the largest value is opaque; None without transparency.
    format: the format of the file, a key of `FORMATS`: "JPEG", "PNG", "TIFF", ...
    grey: the file is greyscale, and is written as greyscale again.
    profile: the ICC profile that `pixels` are in; None means sRGB.
    separation: the profile of a file in CMYK, whose inks are made from `pixels` again where the format has them.
    metadata: everything else, to be carried over. Its orientation is undone in `pixels`, and redone when they are
        written, so that the Exif block need not change.
    path: where the photo was read.
    warnings: what could not be kept or understood, in words that follow the file's name.
    frames: how many pictures the file has, of which this is the first.
    """

    pixels: Pixels
    alpha: Pixels | None
    format: str
    grey: bool
    profile: bytes | None
    metadata: Metadata
    path: Path
    warnings: tuple[str, ...] = ()
    separation: bytes | None = None
    frames: int = 1

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name
