"""A photo between its file and the network: pixels, and everything else that the file said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Segment:
    """One metadata segment as it is in the file.

    name: "APP1", "COM" (JPEG markers) or "tEXt", "pHYs" (PNG chunk types).
    data: its payload, without marker, length or checksum.
    """

    name: str
    data: bytes


@dataclass(frozen=True)
class JpegEncoding:
    """How a JPEG was encoded, so that its successor can be encoded alike.

    tables: one quantisation table a component (64 values, 1..65535, row by row).
    subsampling: chroma subsampling in Pillow's numbers: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0.
    progressive: several scans, coarse to fine.
    rgb: stored as RGB, without the transform to YCbCr.
    """

    tables: tuple[tuple[int, ...], ...]
    subsampling: int
    progressive: bool
    rgb: bool


@dataclass(frozen=True)
class Metadata:
    """What a file says besides its pixels, as bytes.

    format: the format of `segments`, "JPEG" or "PNG".
    exif: the Exif block, from its TIFF header on; offsets count from its first byte.
    xmp: the XMP packet.
    density: pixels per metre, horizontal and vertical, of the stored (not the upright) picture.
    segments: every other segment that stays true when the pixels change, in the order of the file.
    encoding: how a JPEG was encoded; None for other formats.
    """

    format: str
    exif: bytes | None = None
    xmp: bytes | None = None
    density: tuple[float, float] | None = None
    segments: tuple[Segment, ...] = ()
    encoding: JpegEncoding | None = None


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    pixels: H x W x 3, uint8, upright, in the photo's own colour space; a greyscale photo has three equal channels.
    alpha: H x W, uint8, upright, 255 is opaque; None without transparency.
    format: the format of the file: "JPEG" or "PNG".
    grey: the file is greyscale, and is written as greyscale again.
    profile: the ICC profile that `pixels` are in; None means sRGB.
    orientation: 1..8 as in Exif. `pixels` have it undone; writing redoes it, so that the Exif block need not change.
    metadata: everything else, to be carried over.
    path: where the photo was read.
    warnings: what could not be kept or understood, in words that follow the file's name.
    """

    pixels: Pixels
    alpha: Pixels | None
    format: str
    grey: bool
    profile: bytes | None
    orientation: int
    metadata: Metadata
    path: Path
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name
