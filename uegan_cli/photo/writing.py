"""Pixels -> files: the format and quality of the input, everything it said besides, whole or not at all."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import OutputError, UsageError
from . import jpeg
from .atomic import replacing
from .metadata import FORMATS, carried_over
from .orientation import stored, stored_image, strips, upright
from .photo import Photo, Pixels
from .xmp import Mark

_LONGEST_JPEG_SIDE = 65500


@dataclass(frozen=True)
class WriteResult:
    """A photo that was written.

    path: the file. size: its bytes. warnings: what was lost, those of reading the photo first.
    """

    path: Path
    size: int
    warnings: tuple[str, ...]


def write_photo(
    photo: Photo,
    path: str | os.PathLike[str],
    *,
    quality: int | None = None,
    format: str | None = None,
    mark: Mark | None = None,
    preserve_times_from: str | os.PathLike[str] | None = None,
) -> WriteResult:
    """Write a photo with all that its file said, atomically; `path` may be the file that it was read from.

    quality: JPEG quality, 1..100. None keeps the input's quantisation tables; chroma subsampling and scans are kept
        either way. A photo that was no JPEG gets 95.
    format: "JPEG" or "PNG"; None keeps the input's, whatever the name in `path` ends with.
    mark: provenance, added to the XMP packet.
    preserve_times_from: a file whose access and modification times the new one gets.

    The Exif block is the input's, byte for byte, but for its thumbnail, which shows the new picture or is unlinked.
    Raises OutputError, and leaves what was there before, if the file cannot be written.
    """
    path, format = Path(path), format or photo.format
    if format not in FORMATS:
        raise UsageError(f"{format}: photos cannot be written in this format; choose one of {', '.join(FORMATS)}")
    image = _encodable(photo, path, format)
    segments, warnings = carried_over(photo, image, format, mark)
    if photo.alpha is not None and format == "JPEG":
        warnings += ("its transparency was put on white: JPEG has none",)
    encoded = io.BytesIO()
    options = jpeg.save_options(photo.metadata.encoding, quality) if format == "JPEG" else {}
    image.save(encoded, format, **options)
    del image
    times = _times(Path(preserve_times_from)) if preserve_times_from is not None else None
    with replacing(path, times) as file:
        FORMATS[format].write(file, encoded.getbuffer(), segments)
        size = file.tell()
    return WriteResult(path, size, photo.warnings + warnings)


def _encodable(photo: Photo, path: Path, format: str) -> Image.Image:
    """Pillow's image of the photo as the file stores it: turned back, greyscale if it was, flattened for JPEG."""
    turn, height, width = photo.orientation, *photo.pixels.shape[:2]
    if turn >= 5:
        height, width = width, height
    if format == "JPEG" and max(height, width) > _LONGEST_JPEG_SIDE:
        raise OutputError(f"{path}: a JPEG has at most {_LONGEST_JPEG_SIDE} pixels a side; write a PNG")
    mode = ("L" if photo.grey else "RGB") + ("A" if photo.alpha is not None and format == "PNG" else "")
    image = Image.new(mode, (width, height), None)
    for rows in strips(height, width):
        pixels = upright(stored(photo.pixels, turn)[rows], turn)
        alpha = upright(stored(photo.alpha, turn)[rows], turn) if photo.alpha is not None else None
        image.paste(stored_image(_strip(pixels, alpha, mode), turn), (0, rows.start))
    return image


def _strip(pixels: Pixels, alpha: Pixels | None, mode: str) -> Image.Image:
    if alpha is not None and mode[-1] != "A":
        pixels = _on_white(pixels, alpha)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if mode[0] == "L":
        image = image.convert("L")
    if mode[-1] != "A":
        return image
    assert alpha is not None
    image.putalpha(Image.fromarray(np.ascontiguousarray(alpha)))
    return image


def _on_white(pixels: Pixels, alpha: Pixels) -> Pixels:
    """H x W x 3 and H x W -> H x W x 3, rounded."""
    opacity = alpha[..., None].astype(np.uint16)
    return ((pixels * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)


def _times(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise OutputError(f"{path}: its times cannot be read: {error.strerror}") from error
    return found.st_atime_ns, found.st_mtime_ns
