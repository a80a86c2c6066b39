"""Pixels -> files: the format and quality of the input, everything it said besides, whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import OutputError, UsageError
from . import exif, jpeg, png, xmp
from .atomic import replacing
from .orientation import stored
from .photo import Metadata, Photo, Pixels
from .xmp import Mark

_STRIP = 1 << 20
_LONGEST_JPEG_SIDE = 65500
_THUMBNAIL_SIDE = 160


@dataclass(frozen=True)
class WriteResult:
    """A photo that was written.

    path: the file. size: its bytes. warnings: sentences for the user, those of reading the photo first.
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
    if format not in ("JPEG", "PNG"):
        raise UsageError(f"{format}: photos cannot be written in this format; choose JPEG or PNG")
    image = _encodable(photo, path, format)
    metadata = photo.metadata
    block = _with_fresh_thumbnail(metadata.exif, image) if metadata.exif else None
    packets = _packets(metadata.xmp, mark, format)
    block, packets, warnings = _fitting(photo, block, packets, format)
    encoded = io.BytesIO()
    times = _times(Path(preserve_times_from)) if preserve_times_from is not None else None
    if format == "JPEG":
        image.save(encoded, "JPEG", **jpeg.save_options(metadata.encoding, quality))
    else:
        image.save(encoded, "PNG")
    del image
    module = jpeg if format == "JPEG" else png
    with replacing(path, times) as file:
        module.write(file, encoded.getbuffer(), module.segments(metadata, block, packets, photo.profile))
        size = file.tell()
    return WriteResult(path, size, photo.warnings + warnings)


def _encodable(photo: Photo, path: Path, format: str) -> Image.Image:
    """Pillow's image of the photo as the file stores it: turned back, greyscale if it was, flattened for JPEG."""
    pixels = stored(photo.pixels, photo.orientation)
    alpha = stored(photo.alpha, photo.orientation) if photo.alpha is not None else None
    height, width = pixels.shape[:2]
    if format == "JPEG" and max(height, width) > _LONGEST_JPEG_SIDE:
        raise OutputError(f"{path}: a JPEG has at most {_LONGEST_JPEG_SIDE} pixels a side; write a PNG")
    mode = ("L" if photo.grey else "RGB") + ("A" if alpha is not None and format == "PNG" else "")
    image = Image.new(mode, (width, height), None)
    for rows in _strips(height, width):
        strip = _strip(pixels[rows], alpha[rows] if alpha is not None else None, mode)
        image.paste(strip, (0, rows.start))
    return image


def _strips(height: int, width: int) -> Iterator[slice]:
    """Slices of rows with about a million pixels: small enough that a copy of one does not matter."""
    rows = max(1, _STRIP // width)
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


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
        small.save(file, "JPEG", quality=quality)
        if file.tell() <= len(old):
            return file.getvalue()
    return None


def _packets(packet: bytes | None, mark: Mark | None, format: str) -> list[bytes]:
    """The XMP packets to write: the input's with the mark in it, or, where it takes none, a second one with it."""
    own = [packet] if packet else []
    if mark is None:
        return own
    marked = xmp.with_mark(packet, mark)
    if marked is None or not _fits(marked, format):
        alone = xmp.with_mark(None, mark)
        assert alone is not None
        return [*own, alone]
    return [marked]


def _fits(packet: bytes, format: str) -> bool:
    return format != "JPEG" or len(jpeg.XMP) + len(packet) <= jpeg.LONGEST


def _fitting(
    photo: Photo, block: bytes | None, packets: list[bytes], format: str
) -> tuple[bytes | None, list[bytes], tuple[str, ...]]:
    """The Exif block and the XMP packets that the format can hold, and a warning for whatever it cannot."""
    lost = _left_behind(photo.metadata, format)
    if format == "JPEG" and block and len(jpeg.EXIF) + len(block) > jpeg.LONGEST:
        block, lost = None, ["Exif", *lost]
    fitting = [packet for packet in packets if _fits(packet, format)]
    if len(fitting) < len(packets):
        lost = ["XMP", *lost]
    warnings = [f"its {' and '.join(lost)} cannot be kept in a {format} file"] if lost else []
    if format == "JPEG" and photo.alpha is not None:
        warnings.append("its transparency was put on white: JPEG has none")
    return block, fitting, tuple(warnings)


def _left_behind(metadata: Metadata, format: str) -> list[str]:
    """In words, what has no place in another format."""
    if metadata.format == format:
        return []
    names = {"APP13": "IPTC", "COM": "comment", "tEXt": "text", "zTXt": "text", "iTXt": "text", "tIME": "time"}
    return list(dict.fromkeys(names[s.name] for s in metadata.segments if s.name in names))


def _times(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_atime_ns, found.st_mtime_ns
