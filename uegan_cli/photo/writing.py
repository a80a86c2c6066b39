"""Write photos: the enhanced pixels in the format and quality of the input, with its metadata, atomically."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
from PIL import Image

from ..errors import OutputError, UsageError
from . import colour
from .atomic import replacing
from .formats import FORMATS
from .orientation import stored, stored_image, strips, upright
from .output_metadata import plan_output_metadata
from .photo import Keep, Photo, Pixels
from .suffixes import WRITABLE
from .thumbnail import refresh_thumbnail
from .xmp.mark import Mark


@dataclass(frozen=True)
class WriteResult:
    """A written photo.

    path: the file. size: its bytes. warnings: those of reading the photo, then what writing lost.
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
    metadata: Keep = "all",
    preserve_times_from: str | os.PathLike[str] | None = None,
) -> WriteResult:
    """Write a photo with the metadata of its file, atomically; `path` may be the file that it was read from.

        >>> from uegan_cli import read_photo
        >>> written = write_photo(read_photo("in.jpg"), "out.tif", format="TIFF", metadata="no-gps")
        >>> read_photo(written.path).format, written.warnings
        ('TIFF', ())

    quality: 1..100, for lossy formats. None keeps a JPEG's quantisation tables, a WebP's quality and an AVIF's
        quantiser (chroma subsampling is kept either way); a photo of another format gets the new one's default.
    format: one of `WRITABLE`; None keeps the input's (JPEG for a camera raw), whatever the suffix of `path` is.
    mark: provenance, added to the XMP packet.
    metadata: "all"; "no-gps" removes positions (see `privacy`); "none" leaves out everything but the mark, the colour
        profile, the density and what decoders need, and stores the picture upright.
    preserve_times_from: a file whose access and modification times the new one gets.

    The Exif block is the input's, byte for byte, except its thumbnail, which shows the new picture or is unlinked;
    maker notes may hold previews of the old one. XMP and Photoshop's resources lose old thumbnails, and XMP its claims
    of a gain map or a video beside the picture.

    Raises OutputError if the file cannot be written; an existing file is then left as it was. Raises UsageError for an
    unknown `format` or `metadata`.
    """
    path, format = Path(path), format or (photo.format if photo.format in WRITABLE else "JPEG")
    if format not in WRITABLE:
        raise UsageError(f"{format}: photos cannot be written in this format; use one of {', '.join(WRITABLE)}")
    if metadata not in get_args(Keep):
        raise UsageError(f"{metadata}: not a choice of metadata; use one of {', '.join(get_args(Keep))}")
    output, warnings = plan_output_metadata(photo, format, mark, metadata)
    picture = _stored(photo, format, output.orientation)
    output = refresh_thumbnail(output, picture)
    if photo.separation and FORMATS[format].INKS:
        picture, output = _inks(picture, photo.separation), replace(output, icc=photo.separation)
    elif photo.separation:
        warnings += (f"its CMYK colours were written as Adobe RGB: {format} has no CMYK",)
    if photo.alpha is not None and not FORMATS[format].ALPHA:
        warnings += (f"its transparency was replaced by white: {format} has none",)
    times = _times(Path(preserve_times_from)) if preserve_times_from is not None else None
    encoded = io.BytesIO()
    with _output_errors(path, format):
        warnings += FORMATS[format].write(encoded, picture, output, quality)
    del picture
    with replacing(path, times) as file:
        file.write(encoded.getbuffer())
    return WriteResult(path, len(encoded.getbuffer()), tuple(dict.fromkeys(photo.warnings + warnings)))


@contextmanager
def _output_errors(path: Path, format: str) -> Iterator[None]:
    """Turn every error of an encoder into an OutputError that names the file."""
    try:
        yield
    except OutputError as error:
        raise OutputError(f"{path}: {error}") from error
    except MemoryError as error:
        raise OutputError(f"{path}: not enough memory to encode it; close other programs or reduce it first") from error
    except ImportError as error:
        raise OutputError(
            f"{path}: {format} needs a package that cannot be loaded ({error}); see `uegan doctor`"
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise OutputError(f"{path}: cannot be encoded as {format} ({error}); write another format") from error


def _stored(photo: Photo, format: str, turn: int) -> Image.Image | Pixels:
    """Return the picture as the file stores it: turned back, greyscale if the input was, on white if it has no alpha.

    With 8 bits a channel it is an image, with 16 an array, H x W x channels.
    """
    alpha = photo.alpha if FORMATS[format].ALPHA else None
    pixels = photo.pixels if photo.alpha is None or alpha is not None else _on_white(photo.pixels, photo.alpha)
    if pixels.dtype == np.uint16 and 16 in FORMATS[format].DEPTHS:
        return _stored_array(pixels[..., :1] if photo.grey else pixels, alpha, turn)
    eight = None if alpha is None else colour.to_8_bits(alpha)
    return _stored_image(colour.to_8_bits(pixels), eight, photo.grey, turn)


def _stored_array(pixels: Pixels, alpha: Pixels | None, turn: int) -> Pixels:
    bands = pixels if alpha is None else np.concatenate([pixels, alpha[..., None]], axis=2)
    return np.ascontiguousarray(stored(bands, turn))


def _stored_image(pixels: Pixels, alpha: Pixels | None, grey: bool, turn: int) -> Image.Image:
    height, width = stored(pixels, turn).shape[:2]
    mode = ("L" if grey else "RGB") + ("A" if alpha is not None else "")
    image = Image.new(mode, (width, height), None)
    for rows in strips(height, width):
        strip = upright(stored(pixels, turn)[rows], turn)
        opacity = upright(stored(alpha, turn)[rows], turn) if alpha is not None else None
        image.paste(stored_image(_strip(strip, opacity, mode), turn), (0, rows.start))
    return image


def _strip(pixels: Pixels, alpha: Pixels | None, mode: str) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if mode[0] == "L":
        image = image.convert("L")
    if alpha is not None:
        image.putalpha(Image.fromarray(np.ascontiguousarray(alpha)))
    return image


def _inks(picture: Image.Image | Pixels, separation: bytes) -> Image.Image | Pixels:
    """Convert the picture to CMYK, an image strip by strip."""
    if not isinstance(picture, Image.Image):
        return colour.to_inks(picture, separation)
    width, height = picture.size
    image = Image.new("CMYK", picture.size, None)
    for rows in strips(height, width):
        strip = colour.to_inks(np.asarray(picture.crop((0, rows.start, width, rows.stop))), separation)
        image.paste(Image.frombytes("CMYK", strip.shape[1::-1], strip.tobytes()), (0, rows.start))
    return image


def _on_white(pixels: Pixels, alpha: Pixels) -> Pixels:
    """Blend pixels, H x W x 3, by alpha, H x W, with white; rounded."""
    white = int(np.iinfo(pixels.dtype).max)
    result = np.empty_like(pixels)
    for rows in strips(*alpha.shape):
        opacity = alpha[rows, :, None].astype(np.uint32)  # holds 65535 x 65535 and half of 65535
        result[rows] = (pixels[rows].astype(np.uint32) * opacity + white * (white - opacity) + white // 2) // white
    return result


def _times(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise OutputError(f"{path}: its times cannot be read: {error.strerror}") from error
    return found.st_atime_ns, found.st_mtime_ns
