"""What a photo's file says besides its pixels: read as bytes, carried over as bytes.

Two things change on the way: the Exif thumbnail shows the new picture, and the XMP packet takes uegan's mark.
"""

from __future__ import annotations

import io
import os

from PIL import Image

from ..errors import PhotoError
from . import colour, exif, xmp
from .formats import FORMATS, sniff
from .photo import Metadata, Photo, Pixels, Sayings
from .xmp import Mark

_THUMBNAIL_SIDE = 160


def read_mark(path: str | os.PathLike[str]) -> Mark | None:
    """The provenance mark of a photo, its pixels not decoded; None without one and in whatever is not a photo.

    Raises PhotoError where the file cannot be opened.
    """
    if not os.path.isfile(path):
        raise PhotoError(f"{os.fspath(path)}: no such file")
    try:
        with open(path, "rb") as file:
            format = sniff(file)
            metadata = FORMATS[format].read_metadata(file) if format else Metadata("")
    except OSError as error:
        raise PhotoError(f"{os.fspath(path)}: cannot be opened: {error.strerror}") from error
    # A packet that could not be added to is followed by one of our own.
    packets = [metadata.xmp, *(segment.data for segment in metadata.segments)]
    return next((mark for mark in map(xmp.read_mark, packets) if mark), None)


def carried_over(
    photo: Photo, picture: Image.Image | Pixels, format: str, mark: Mark | None
) -> tuple[Sayings, tuple[str, ...]]:
    """What a new file of `format` that shows `picture` says, and what the user should know was lost."""
    metadata = photo.metadata
    block = _with_fresh_thumbnail(metadata.exif, picture) if metadata.exif else None
    lost = FORMATS[metadata.format].lost(metadata) if metadata.format not in ("", format) else []
    sayings = Sayings(metadata, block, _packets(metadata.xmp, mark), photo.profile)
    return sayings, (f"its {' and '.join(dict.fromkeys(lost))} cannot be kept in a {format} file",) if lost else ()


def _image(picture: Image.Image | Pixels) -> Image.Image:
    """The picture with 8 bits a channel."""
    if isinstance(picture, Image.Image):
        return picture
    bands = colour.to_8_bits(picture)
    return Image.fromarray(bands.squeeze(2) if bands.shape[2] == 1 else bands)


def _with_fresh_thumbnail(block: bytes, picture: Image.Image | Pixels) -> bytes:
    place = exif.thumbnail(block)
    small = _thumbnail(_image(picture), block[place[0] : place[1]]) if place else None
    return exif.with_thumbnail(block, place, small) if place and small else exif.without_thumbnail(block)


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


def _packets(packet: bytes | None, mark: Mark | None) -> tuple[bytes, ...]:
    """The XMP packets to write: the input's with the mark in it, or, where it takes none, a second one with it."""
    own = (packet,) if packet else ()
    if mark is None:
        return own
    marked = xmp.with_mark(packet, mark)
    if marked is None:
        alone = xmp.with_mark(None, mark)
        assert alone is not None
        return (*own, alone)
    return (marked,)
