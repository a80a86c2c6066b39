"""What a photo's file says besides its pixels: read as bytes, carried over as bytes.

Two things change on the way: the Exif thumbnail shows the new picture, and the XMP packet takes uegan's mark.
"""

from __future__ import annotations

import io
import os
from types import ModuleType
from typing import BinaryIO

from PIL import Image

from ..errors import PhotoError
from . import exif, jpeg, png, xmp
from .photo import Metadata, Photo, Segment
from .xmp import Mark

FORMATS: dict[str, ModuleType] = {"JPEG": jpeg, "PNG": png}
"""The formats of photos, by Pillow's names, and how each is taken apart and put together."""

_THUMBNAIL_SIDE = 160


def sniff(file: BinaryIO) -> str | None:
    """A key of `FORMATS` by the file's first bytes; None for everything else."""
    file.seek(0)
    head = file.read(8)
    return next((format for format, module in FORMATS.items() if head.startswith(module.SIGNATURE)), None)


def icc_profile(metadata: Metadata) -> bytes | None:
    """The ICC profile among the segments; None without one that can be put together."""
    profile: bytes | None = FORMATS[metadata.format].profile(metadata.segments)
    return profile


def orientation(metadata: Metadata) -> int:
    """1..8: what Exif says, else what XMP says, else 1."""
    return exif.orientation(metadata.exif) or xmp.orientation(metadata.xmp)


def read_mark(path: str | os.PathLike[str]) -> Mark | None:
    """The provenance mark of a photo, its pixels not decoded; None without one and in whatever is not a photo.

    Raises PhotoError where the file cannot be opened.
    """
    if not os.path.isfile(path):
        raise PhotoError(f"{os.fspath(path)}: no such file")
    try:
        with open(path, "rb") as file:
            format = sniff(file)
            metadata = FORMATS[format].read_header(file)[0] if format else Metadata("")
    except OSError as error:
        raise PhotoError(f"{os.fspath(path)}: cannot be opened: {error.strerror}") from error
    # A packet that could not be added to is followed by one of our own.
    packets = [metadata.xmp, *(segment.data for segment in metadata.segments)]
    return next((mark for mark in map(xmp.read_mark, packets) if mark), None)


def carried_over(
    photo: Photo, image: Image.Image, format: str, mark: Mark | None
) -> tuple[list[Segment], tuple[str, ...]]:
    """The segments of a new file of `format` that shows `image`, and what the user should know was lost."""
    metadata, lost = photo.metadata, _left_behind(photo.metadata, format)
    block = _with_fresh_thumbnail(metadata.exif, image) if metadata.exif else None
    if block and not _fits(block, jpeg.EXIF, format):
        block, lost = None, ["Exif", *lost]
    packets = _packets(metadata.xmp, mark, format)
    fitting = [packet for packet in packets if _fits(packet, jpeg.XMP, format)]
    if len(fitting) < len(packets):
        lost = ["XMP", *lost]
    segments = FORMATS[format].segments(metadata, block, fitting, photo.profile)
    return segments, (f"its {' and '.join(lost)} cannot be kept in a {format} file",) if lost else ()


def _with_fresh_thumbnail(block: bytes, image: Image.Image) -> bytes:
    place = exif.thumbnail(block)
    picture = _thumbnail(image, block[place[0] : place[1]]) if place else None
    return exif.with_thumbnail(block, place, picture) if place and picture else exif.without_thumbnail(block)


def _thumbnail(image: Image.Image, old: bytes) -> bytes | None:
    """A JPEG of `image` as large as `old` in pixels and no larger in bytes; None if it cannot be."""
    try:
        side = max(Image.open(io.BytesIO(old), formats=("JPEG",)).size)
    except (OSError, ValueError, SyntaxError):
        side = _THUMBNAIL_SIDE
    scale = min(1.0, side / max(image.size))
    width, height = (max(1, round(length * scale)) for length in image.size)
    small = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0).convert(image.mode.rstrip("A"))
    for quality in (90, 80, 65, 50, 30, 15):
        file = io.BytesIO()
        small.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= len(old):
            return file.getvalue()
    return None


def _packets(packet: bytes | None, mark: Mark | None, format: str) -> list[bytes]:
    """The XMP packets to write: the input's with the mark in it, or, where it takes none, a second one with it."""
    own = [packet] if packet else []
    if mark is None:
        return own
    marked = xmp.with_mark(packet, mark)
    if marked is None or not _fits(marked, jpeg.XMP, format):
        alone = xmp.with_mark(None, mark)
        assert alone is not None
        return [*own, alone]
    return [marked]


def _fits(block: bytes, signature: bytes, format: str) -> bool:
    """Whether a block fits into one segment; only JPEG's are short."""
    return format != "JPEG" or len(signature) + len(block) <= jpeg.LONGEST


def _left_behind(metadata: Metadata, format: str) -> list[str]:
    """In words, what has no place in another format."""
    if metadata.format == format:
        return []
    names = {"APP13": "IPTC", "COM": "comment", "tEXt": "text", "zTXt": "text", "iTXt": "text", "tIME": "time"}
    return list(dict.fromkeys(names[s.name] for s in metadata.segments if s.name in names))
