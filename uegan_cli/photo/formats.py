"""The formats of photos: what the module of each offers, and which one a file has."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from PIL import Image

from .bmff import avif, heif
from .jpeg import format as jpeg
from .photo import Metadata, OpenedPhoto, OutputMetadata, Pixels
from .png import format as png
from .raw import format as raw
from .raw.detection import is_tiff_like_raw
from .tiff import format as tiff
from .webp import format as webp


class Format(Protocol):
    """The interface of a format's module.

    A new format is a module that offers this, an entry in `FORMATS`, and its suffixes in `suffixes.py`.
    """

    @property
    def DEPTHS(self) -> tuple[int, ...]:
        """Bits a channel that it can be written with; empty if it is only read."""
        ...

    @property
    def ALPHA(self) -> bool:
        """Whether it can be written with transparency."""
        ...

    @property
    def INKS(self) -> bool:
        """Whether it can be written in CMYK."""
        ...

    def matches(self, head: bytes) -> bool:
        """Return whether a file that starts with these 64 bytes (or fewer, if it is shorter) has this format."""
        ...

    def read_metadata(self, file: BinaryIO) -> Metadata:
        """Return the metadata of a file; broken parts are left out."""
        ...

    def read(self, file: BinaryIO) -> OpenedPhoto:
        """Open a file without decoding the picture.

        Raises PhotoError for what cannot be read, and the errors that `reading` takes for a broken file.
        """
        ...

    def lost(self, metadata: Metadata) -> list[str]:
        """Return the names of what `metadata`, of this format, hold that no other format has a place for."""
        ...

    def write(
        self, file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
    ) -> tuple[str, ...]:
        """Write a new file, and return warnings for the user.

        picture: as stored: an image of mode L, LA, RGB, RGBA (those with A if ALPHA) or CMYK (if INKS) or, with 16 bits
            a channel, an array H x W x 1 to 4; four are RGBA, or CMYK if `output.icc` is a CMYK profile.
        quality: 1..100, or None to encode it as the input was.

        Raises OutputError if the format cannot hold the picture.
        """
        ...


FORMATS: dict[str, Format] = {
    "JPEG": jpeg,
    "PNG": png,
    "TIFF": tiff,
    "WEBP": webp,
    "AVIF": avif,
    "HEIF": heif,
    "RAW": raw,
}
"""The modules of the formats, by Pillow's names where Pillow has one."""


def sniff(file: BinaryIO) -> str | None:
    """Return the key in `FORMATS` of a file's format, by its content; None if it is not a photo.

    TIFF files and most camera raws start alike; their directories tell them apart.
    """
    file.seek(0)
    head = file.read(64)
    if head[:2] in (b"II", b"MM") and is_tiff_like_raw(file):
        return "RAW"
    return next((name for name, format in FORMATS.items() if format.matches(head)), None)
