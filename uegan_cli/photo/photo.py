"""The model of a photo: its pixels, its metadata, and what lies between them and a file of any format."""

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
"""Channels of a picture, by Pillow's names."""

Keep = Literal["all", "no-gps", "none"]
"""Which metadata a new file gets: all, all but positions, or only those that the picture itself needs."""


@dataclass(frozen=True)
class Segment:
    """A piece of metadata as it is in the file.

    name: what the format calls it: "APP1", "COM" (JPEG markers), "tEXt", "pHYs" (PNG chunk types), ...
    data: its payload, without marker, length or checksum.
    """

    name: str
    data: bytes


@dataclass(frozen=True)
class Metadata:
    """Everything in a file besides its pixels, as bytes.

    format: the format that `segments` are in, a key of `FORMATS`.
    exif: the Exif block, from its TIFF header on; offsets count from its first byte.
    xmp: the XMP packet; its main part if there is an extension.
    extension: the XMP that did not fit into a JPEG segment, an RDF document of its own.
    photoshop: Photoshop's image resources, a row of "8BIM" blocks; the IPTC record is one of them.
    icc: the ICC profile.
    implied: a profile made from other statements on the colours (PNG's chunks, HEIF's code points); None if there is
        an ICC profile, and for sRGB. A new file of the same format repeats these statements.
    orientation: 1..8 as in Exif: how the stored picture must be turned to be upright.
    density: pixels per metre, horizontal and vertical, of the stored (not the upright) picture.
    segments: what else stays true when the pixels change, in the order of the file; only `format` understands them.
    encoding: how the picture is encoded, for `write` of the same format to encode it alike.
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
class EncodedPicture:
    """The picture in an open file, its headers read and its pixels not yet decoded.

    size: width and height as stored.
    mode: the channels it needs; a palette is RGB or RGBA.
    decode: decodes it, once, while the file is open, into an image of any of Pillow's modes that converts to `mode`, or
        an array, H x W x channels of `mode`, uint8 or uint16. Its argument is a size as stored that suffices, or None
        for the full size; a format with a shortcut may return a smaller picture, but none smaller than that.
    frames: pictures of an animation, or pages; 1 for a still.
    """

    size: tuple[int, int]
    mode: Mode
    decode: Callable[[tuple[int, int] | None], Image.Image | Pixels]
    frames: int = 1


@dataclass(frozen=True)
class OpenedPhoto:
    """An open photo file, its metadata read. warnings: what cannot be kept, in words that follow the file's name."""

    metadata: Metadata
    picture: EncodedPicture
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutputMetadata:
    """The metadata of a new file.

    source: the metadata of the input, reduced to what the user keeps; only the same format understands its segments.
    exif, packets, icc, extension, photoshop: the blocks to write, instead of those in `source`. There are two XMP
        packets if no mark can be added to the input's. Only a JPEG gets an extension.
    orientation: 1..8, how the picture as stored must be turned; Exif and XMP state the same, or nothing.
    keep: what the user keeps; the format leaves out positions in its own fields with "no-gps", everything with "none".
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
    separation: the profile of a CMYK file; a format with CMYK gets inks made from `pixels` again.
    metadata: everything else, to be carried over. Its orientation is undone in `pixels` and redone when they are
        written, so that the Exif block need not change.
    path: the file that the photo was read from.
    warnings: what cannot be kept, in words that follow the file's name.
    frames: the number of pictures in the file, of which this is the first.
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
