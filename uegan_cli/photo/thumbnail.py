"""The Exif thumbnail of an enhanced photo: made from the new picture, in the bytes of the old one."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from . import colour
from .photo import OutputMetadata, Pixels
from .tiff import exif

_THUMBNAIL_SIDE = 160
"""Pixels of the longer side, as Exif recommends; for a thumbnail whose size cannot be read."""

_MAX_THUMBNAIL_SIDE = 2048
"""A header that states more is broken: so large a picture does not fit into Exif."""

_THUMBNAIL_QUALITIES = (90, 80, 65, 50, 30, 15)
"""Tried in this order until the new thumbnail fits into the bytes of the old one."""


def refresh_thumbnail(output: OutputMetadata, picture: Image.Image | Pixels) -> OutputMetadata:
    """Make the Exif thumbnail show `picture`, as stored; it is unlinked if it cannot be replaced."""
    if not output.exif:
        return output
    place = exif.find_thumbnail(output.exif)
    small = _thumbnail(_to_image(picture), output.exif[place[0] : place[1]]) if place else None
    fresh = exif.replace_thumbnail(output.exif, place, small) if place and small else None
    return replace(output, exif=fresh or exif.unlink_thumbnail(output.exif))


def _to_image(picture: Image.Image | Pixels) -> Image.Image:
    """Return the picture as an image with 8 bits a channel."""
    if isinstance(picture, Image.Image):
        return picture
    bands = colour.to_8_bits(picture)
    return Image.fromarray(bands.squeeze(2) if bands.shape[2] == 1 else bands)


def _thumbnail(image: Image.Image, old: bytes) -> bytes | None:
    """Return a JPEG of `image` with the pixels of `old`, no longer in bytes; None if no quality makes it fit."""
    try:
        side = max(JpegImageFile(io.BytesIO(old)).size)
    except (OSError, ValueError, SyntaxError):
        side = 0
    side = side if 0 < side <= _MAX_THUMBNAIL_SIDE else _THUMBNAIL_SIDE
    scale = min(1.0, side / max(image.size))
    width, height = (max(1, round(length * scale)) for length in image.size)
    small = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0).convert(image.mode.rstrip("A"))
    for quality in _THUMBNAIL_QUALITIES:
        file = io.BytesIO()
        small.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= len(old):
            return file.getvalue()
    return None
