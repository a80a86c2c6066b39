"""The formats of photos: how each is taken apart and put together."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from PIL import Image

from .bmff import avif, heif
from .jpeg import format as jpeg
from .photo import Contents, Metadata, OutputMetadata, Pixels
from .png import format as png
from .raw import format as raw
from .raw.detection import is_tiff_like_raw
from .tiff import format as tiff
from .webp import format as webp


class Format(Protocol):
    """What the module of a format offers."""

    @property
    def DEPTHS(self) -> tuple[int, ...]:
        """Bits a channel that it can be written with; none if it is only read."""
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
        """Whether a file that starts with these 64 bytes (or is that short) is of the format."""
        ...

    def read_metadata(self, file: BinaryIO) -> Metadata:
        """What the file says besides its pixels; what makes no sense is left out."""
        ...

    def read(self, file: BinaryIO) -> Contents:
        """Everything, the picture not decoded; raises what `reading` knows as broken."""
        ...

    def lost(self, metadata: Metadata) -> list[str]:
        """In words, what `metadata` of this format holds that no other format has a place for."""
        ...

    def write(
        self, file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
    ) -> tuple[str, ...]:
        """Write a new file; what the user should be told.

        picture: as stored: an image of mode L, LA, RGB, RGBA (those with A if ALPHA) or CMYK (if INKS) or, with 16 bits
        a channel, an array H x W x 1 to 4; four are RGBA, or CMYK if `output.icc` is a profile of that.
        quality: 1..100, None to encode it as it was.
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
"""By Pillow's names, where it has one."""


def sniff(file: BinaryIO) -> str | None:
    """A key of `FORMATS` by the file's first bytes; None for everything else.

    TIFF and most camera raws start alike: what sets them apart is in their directories.
    """
    file.seek(0)
    head = file.read(64)
    if head[:2] in (b"II", b"MM") and is_tiff_like_raw(file):
        return "RAW"
    return next((name for name, format in FORMATS.items() if format.matches(head)), None)
