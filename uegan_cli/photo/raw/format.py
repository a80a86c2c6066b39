"""Develop camera raws (those that LibRaw knows) as their camera would have; they are read and never written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from ...errors import OutputError, PhotoError
from ..jpeg import format as jpeg
from ..photo import EncodedPicture, Metadata, Mode, OpenedPhoto, OutputMetadata, Pixels
from . import metadata as raw_metadata
from .completeness import check_complete
from .detection import has_raw_signature
from .developed_exif import adjust_exif
from .exposure import SAMPLES_PER_SIDE, expose

if TYPE_CHECKING:
    from rawpy import ImageSizes, RawPy, Thumbnail

DEPTHS: tuple[int, ...] = ()
ALPHA = False
INKS = False

_ORIENTATIONS = (1, 2, 4, 3, 5, 8, 6, 7)
"""Orientations as in Exif by LibRaw's numbers, whose bits mean: mirror, turn upside down, transpose before that."""

_MIN_CROP = 0.55
"""The fraction of the sensor's sides below which LibRaw takes the crop in a file for a mistake."""


def matches(head: bytes) -> bool:
    """Whether a file with these first bytes is a raw; those that start like TIFF are told by `detection`."""
    return has_raw_signature(head)


def read_metadata(file: BinaryIO) -> Metadata:
    """Read the metadata of a raw; the orientation is that of its Exif."""
    return raw_metadata.read_metadata(file)


def read(file: BinaryIO) -> OpenedPhoto:
    """Open a raw, with the orientation that LibRaw finds; `decode` develops the part that the camera shows.

    It is developed with the camera's white balance to sRGB, 16 bits a channel: H x W x 3, or H x W x 1 from a sensor
    without colour filters. Pixels that saturate any colour of the sensor are white. The picture is as bright as the
    preview in the file, which shows how the camera or the raw developer would have exposed it; without a preview it is
    exposed as in ISO 12232.

    Raises PhotoError for raws that LibRaw does not know, ValueError for broken ones.
    """
    check_complete(file)
    metadata = raw_metadata.read_metadata(file)
    raw = _open(file)
    sizes, preview = raw.sizes, _read_preview(raw)
    mode: Mode = "L" if raw.num_colors == 1 else "RGB"
    orientation = _ORIENTATIONS[sizes.flip & 7]
    block = adjust_exif(metadata.exif or _read_preview_exif(preview), orientation)
    metadata = replace(metadata, exif=block, orientation=orientation)

    def decode(enough: tuple[int, int] | None) -> Pixels:
        half = enough is not None and all(side // 2 >= least for side, least in zip(_size(sizes), enough, strict=True))
        return expose(_crop(_develop(raw, half), sizes, half), _preview_brightness(preview))

    return OpenedPhoto(metadata, EncodedPicture(_size(sizes), mode, decode))


def lost(metadata: Metadata) -> list[str]:
    """Return an empty list: other formats have a place for all metadata of raws."""
    return []


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Raise OutputError."""
    raise OutputError("a camera raw cannot be written; write a JPEG or a TIFF")


@contextmanager
def _translate_libraw_errors() -> Iterator[None]:
    """Translate LibRaw's errors into those that `reading` expects."""
    import rawpy

    try:
        yield
    except (rawpy.LibRawFileUnsupportedError, rawpy.LibRawNotImplementedError) as error:
        raise PhotoError("LibRaw cannot read this camera raw; convert it to DNG with Adobe DNG Converter") from error
    except rawpy.LibRawTooBigError as error:
        raise PhotoError("this camera raw is too large for LibRaw; export it as TIFF with another program") from error
    except (rawpy.LibRawUnsufficientMemoryError, rawpy.LibRawMemPoolOverflowError) as error:
        raise MemoryError from error
    except rawpy.LibRawIOError as error:
        # LibRaw reads from memory, so this is an offset beyond the end of the file, not a fault of the disk.
        raise ValueError("the file is truncated") from error
    except rawpy.LibRawError as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(reason.decode() if isinstance(reason, bytes) else reason) from error


def _open(file: BinaryIO) -> RawPy:
    import rawpy

    raw = rawpy.RawPy()
    file.seek(0)
    with _translate_libraw_errors():
        raw.open_buffer(file)
    return raw


def _read_preview(raw: RawPy) -> Thumbnail | None:
    """Read the largest preview in the file; must come before the raw is unpacked, which frees the file's bytes."""
    import rawpy

    try:
        return raw.extract_thumb()
    except (rawpy.LibRawError, rawpy.NotSupportedError):
        return None


def _read_preview_exif(preview: Thumbnail | None) -> bytes | None:
    """Return the Exif block of a JPEG preview; None for other previews.

    If the camera wrote no block, LibRaw has built one from what it knows of the camera.
    """
    if preview is None or not isinstance(preview.data, bytes):
        return None
    return jpeg.read_metadata(io.BytesIO(preview.data)).exif


def _preview_brightness(preview: Thumbnail | None) -> float | None:
    """Return the mean of all values, 0..1; None without a preview that can be decoded."""
    if preview is None:
        return None
    if not isinstance(preview.data, bytes):
        return float(np.mean(preview.data)) / 255
    try:
        image = JpegImageFile(io.BytesIO(preview.data))
        image.draft("RGB", (SAMPLES_PER_SIDE, SAMPLES_PER_SIDE))
        return float(np.mean(np.asarray(image.convert("RGB")))) / 255
    except (OSError, SyntaxError, ValueError):
        return None


def _size(sizes: ImageSizes) -> tuple[int, int]:
    """Return width and height of the camera's crop, in square pixels."""
    _, _, width, height = _crop_box(sizes)
    if sizes.pixel_aspect < 1:
        return width, int(height / sizes.pixel_aspect + 0.5)
    return int(width * sizes.pixel_aspect + 0.5), height


def _crop_box(sizes: ImageSizes) -> tuple[int, int, int, int]:
    """Return left, top, width and height of the camera's crop within the picture that LibRaw develops with a margin."""
    left, top = sizes.crop_left_margin - sizes.left_margin, sizes.crop_top_margin - sizes.top_margin
    width, height = sizes.crop_width, sizes.crop_height
    large = width >= _MIN_CROP * sizes.width and height >= _MIN_CROP * sizes.height
    inside = left >= 0 and top >= 0 and left + width <= sizes.width and top + height <= sizes.height
    if large and inside and sizes.pixel_aspect == 1:
        return left, top, width, height
    return 0, 0, sizes.width, sizes.height


def _develop(raw: RawPy, half: bool) -> Pixels:
    """Develop H x W x 3 or 1, uint16, proportional to light, not turned, in the primaries of sRGB.

    half: one pixel for each square of four on the sensor, which takes an eighth of the time.
    """
    import rawpy

    with _translate_libraw_errors(), raw:
        return raw.postprocess(
            half_size=half,
            use_camera_wb=True,
            output_color=rawpy.ColorSpace.sRGB,
            output_bps=16,
            gamma=(1, 1),
            no_auto_bright=True,
            highlight_mode=rawpy.HighlightMode.Clip,
            user_flip=0,
        )


def _crop(picture: Pixels, sizes: ImageSizes, half: bool) -> Pixels:
    """Cut off the margin that the camera does not show."""
    scale = 2 if half else 1
    if picture.shape[:2] != (-(-sizes.height // scale), -(-sizes.width // scale)):
        # LibRaw has resampled a sensor whose pixels are diamonds or oblongs; the margin is unknown.
        return picture
    left, top, width, height = (length // scale for length in _crop_box(sizes))
    return picture[top : top + height, left : left + width]
