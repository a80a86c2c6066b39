"""Camera raws (LibRaw's list of them), developed as their camera would have; they are read and never written."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from ...errors import OutputError, PhotoError
from ..jpeg import format as jpeg
from ..orientation import strips
from ..photo import Contents, Metadata, Mode, OutputMetadata, Picture, Pixels
from . import containers as camera

if TYPE_CHECKING:
    from rawpy import ImageSizes, RawPy, Thumbnail

DEPTHS: tuple[int, ...] = ()
ALPHA = False
INKS = False

_FLIPS = (1, 2, 4, 3, 5, 8, 6, 7)
"""The orientation in Exif's numbers by LibRaw's, which are bits: mirror, turn upside down, transpose before that."""

_GAIN = (0.18 - 0.128**2) / (0.128 * (1 - 0.18))
"""Brings a grey card, which ISO 12232 puts at 12.8 % of saturation, to its 18 %."""

_GAINS, _HALVINGS = (0.25, 64.0), 20
_PROBES = 250
"""Pixels on the short side that are looked at to find a gain."""

_SMALLEST_CROP = 0.55
"""LibRaw takes less of the sensor for a mistake."""


def matches(head: bytes) -> bool:
    """Raws that do not start like TIFF; those that do are told by their directories."""
    return head[4:12] == b"ftypcrx " or head.startswith((camera.RAF, camera.MRW, b"FOVb", b"II\x1a\0\0\0HEAPCCDR"))


def read_metadata(file: BinaryIO) -> Metadata:
    """What a raw says besides its picture; the orientation is that of its Exif."""
    return camera.metadata(file)


def read(file: BinaryIO) -> Contents:
    """Open a raw, with the orientation that LibRaw finds; `decode` develops the part that the camera shows.

    That is with the camera's white balance, to sRGB, 16 bits a channel: H x W x 3, of a sensor without colour filters
    H x W x 1. What saturates any colour of the sensor is white. The picture is as bright as the preview in the file,
    which is the camera's or the raw developer's own idea of it; without one it is exposed as ISO 12232 has it.

    Raises PhotoError for what LibRaw does not know, ValueError for what is broken.
    """
    camera.check_whole(file)
    metadata = camera.metadata(file)
    raw = _opened(file)
    sizes, preview = raw.sizes, _preview(raw)
    mode: Mode = "L" if raw.num_colors == 1 else "RGB"
    turn = _FLIPS[sizes.flip & 7]
    block = camera.developed(metadata.exif or _exif(preview), turn)
    metadata = replace(metadata, exif=block, orientation=turn)

    def decode(enough: tuple[int, int] | None) -> Pixels:
        half = enough is not None and all(side // 2 >= least for side, least in zip(_size(sizes), enough, strict=True))
        return _finished(_cropped(_linear(raw, half), sizes, half), _brightness(preview))

    return Contents(metadata, Picture(_size(sizes), mode, decode))


def lost(metadata: Metadata) -> list[str]:
    return []


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    raise OutputError("a camera raw cannot be written; write a JPEG or a TIFF")


@contextmanager
def _told() -> Iterator[None]:
    """LibRaw's errors in the terms of `reading`."""
    import rawpy

    try:
        yield
    except (rawpy.LibRawFileUnsupportedError, rawpy.LibRawNotImplementedError) as error:
        raise PhotoError("LibRaw cannot read this camera raw; convert it to DNG with Adobe DNG Converter") from error
    except rawpy.LibRawTooBigError as error:
        raise PhotoError("too large a camera raw for LibRaw; export it as TIFF with another program") from error
    except (rawpy.LibRawUnsufficientMemoryError, rawpy.LibRawMemPoolOverflowError) as error:
        raise MemoryError from error
    except rawpy.LibRawIOError as error:
        # What LibRaw looks for lies beyond the file's end; the disk has no part in it.
        raise ValueError("it is cut short") from error
    except rawpy.LibRawError as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(reason.decode() if isinstance(reason, bytes) else reason) from error


def _opened(file: BinaryIO) -> RawPy:
    import rawpy

    raw = rawpy.RawPy()
    file.seek(0)
    with _told():
        raw.open_buffer(file)
    return raw


def _preview(raw: RawPy) -> Thumbnail | None:
    """The largest picture in the file; has to be called before the raw is unpacked, which frees the file's bytes."""
    import rawpy

    try:
        return raw.extract_thumb()
    except (rawpy.LibRawError, rawpy.NotSupportedError):
        return None


def _exif(preview: Thumbnail | None) -> bytes | None:
    """What a JPEG in the file says. Where the camera's does not, LibRaw makes it say what it knows of the camera."""
    if preview is None or not isinstance(preview.data, bytes):
        return None
    return jpeg.read_metadata(io.BytesIO(preview.data)).exif


def _brightness(preview: Thumbnail | None) -> float | None:
    """The mean of all values, 0..1; None where there is nothing to see."""
    if preview is None:
        return None
    if not isinstance(preview.data, bytes):
        return float(np.mean(preview.data)) / 255
    try:
        image = JpegImageFile(io.BytesIO(preview.data))
        image.draft("RGB", (_PROBES, _PROBES))
        return float(np.mean(np.asarray(image.convert("RGB")))) / 255
    except (OSError, SyntaxError, ValueError):
        return None


def _size(sizes: ImageSizes) -> tuple[int, int]:
    """Width and height of what the camera shows, with square pixels."""
    _, _, width, height = _crop(sizes)
    if sizes.pixel_aspect < 1:
        return width, int(height / sizes.pixel_aspect + 0.5)
    return int(width * sizes.pixel_aspect + 0.5), height


def _crop(sizes: ImageSizes) -> tuple[int, int, int, int]:
    """Left, top, width and height of what the camera shows in what LibRaw develops: that has a margin."""
    left, top = sizes.crop_left_margin - sizes.left_margin, sizes.crop_top_margin - sizes.top_margin
    width, height = sizes.crop_width, sizes.crop_height
    large = width >= _SMALLEST_CROP * sizes.width and height >= _SMALLEST_CROP * sizes.height
    inside = left >= 0 and top >= 0 and left + width <= sizes.width and top + height <= sizes.height
    if large and inside and sizes.pixel_aspect == 1:
        return left, top, width, height
    return 0, 0, sizes.width, sizes.height


def _linear(raw: RawPy, half: bool) -> Pixels:
    """H x W x 3 or 1, uint16, proportional to light, not turned, in the primaries of sRGB.

    half: one pixel for each square of four on the sensor, which takes an eighth of the time.
    """
    import rawpy

    with _told(), raw:
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


def _cropped(picture: Pixels, sizes: ImageSizes, half: bool) -> Pixels:
    part = 2 if half else 1
    if picture.shape[:2] != (-(-sizes.height // part), -(-sizes.width // part)):
        # Of a sensor with its pixels in diamonds or oblongs there is no margin to be taken off.
        return picture
    left, top, width, height = (length // part for length in _crop(sizes))
    return picture[top : top + height, left : left + width]


def _finished(linear: Pixels, brightness: float | None) -> Pixels:
    """`linear`, encoded as sRGB in its own memory, with the mean value `brightness`, 0..1."""
    step = max(1, min(linear.shape[:2]) // _PROBES)
    gain = _GAIN if brightness is None else _gain(linear[::step, ::step], brightness)
    curve = _curve(gain)
    for rows in strips(*linear.shape[:2]):
        linear[rows] = curve[linear[rows]]
    return linear


def _gain(probes: Pixels, brightness: float) -> float:
    """The gain that makes the mean value of `probes` this bright, found by halving the interval."""
    least, most = _GAINS
    for _ in range(_HALVINGS):
        gain = math.sqrt(least * most)
        if np.mean(_curve(gain)[probes]) < 65535 * brightness:
            least = gain
        else:
            most = gain
    return gain


def _curve(gain: float) -> Pixels:
    """What becomes of every linear value, 0..65535: brightened in the shadows by `gain`, with white where it was, as
    sRGB (IEC 61966-2-1).

    The shoulder is Reinhard's (Photographic tone reproduction for digital images, 2002, eq. 4) with white at `gain`.
    """
    x = np.linspace(0, 1, 65536)
    y = x * (gain + x) / (1 + gain * x)
    encoded = np.where(y <= 0.0031308, 12.92 * y, 1.055 * y ** (1 / 2.4) - 0.055)
    return np.round(65535 * encoded).astype(np.uint16)
