"""TIFF files to read, and what is read of them."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from uegan_cli.photo.photo import Contents, Metadata, OutputMetadata, Pixels
from uegan_cli.photo.tiff import format as tiff
from uegan_cli.photo.tiff import ifd, raster
from uegan_cli.photo.tiff.ifd import Field

Made = Image.Image | Pixels

RNG = np.random.default_rng(1)

LOREM = b"the unedited picture, which nobody is to see again; "
"""Pixels of a grey picture of one row."""

STORAGE: list[dict[str, Any]] = [
    {},
    {"compression": "lzw"},
    {"compression": "lzw", "predictor": True, "rowsperstrip": 5},
    {"compression": "deflate", "predictor": True, "tile": (16, 32)},
    {"compression": "packbits", "rowsperstrip": 3},
    {"compression": "zstd", "predictor": True, "rowsperstrip": 10},
    {"compression": "lzma", "tile": (32, 16)},
    {"bigtiff": True, "tile": (16, 16)},
]


def values(channels: int, dtype: str, height: int = 37, width: int = 53) -> Pixels:
    """Every value in every place: H x W x channels."""
    return RNG.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)


def encoded(pixels: Pixels, photometric: str, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, photometric=photometric, metadata=None, **options)
    file.seek(0)
    return file


def decoded(file: io.BytesIO) -> Pixels:
    """H x W x channels."""
    contents = tiff.read(file)
    picture = contents.picture.decode(None)
    if isinstance(picture, Image.Image):
        picture = np.asarray(picture.convert(contents.picture.mode))
    assert picture.shape[1::-1] == contents.picture.size
    return picture.reshape(*picture.shape[:2], -1)


def load(data: bytes) -> tuple[Contents, Made]:
    """A file and its decoded picture, as `write` takes it."""
    contents = tiff.read(io.BytesIO(data))
    picture = contents.picture.decode(None)
    if isinstance(picture, Image.Image):
        picture.load()
        return contents, picture.convert(contents.picture.mode)
    if picture.dtype == np.uint16:
        return contents, picture
    mode = contents.picture.mode
    return contents, Image.frombytes(mode, contents.picture.size, picture.tobytes())


def output(metadata: Metadata, **changed: Any) -> OutputMetadata:
    """What a file says when nothing of it changes but what is named."""
    packets = (metadata.xmp,) if metadata.xmp else ()
    said = OutputMetadata(
        metadata, metadata.exif, packets, metadata.icc, None, metadata.photoshop, metadata.orientation
    )
    return replace(said, **changed)


def written(picture: Made, said: OutputMetadata) -> bytes:
    file = io.BytesIO()
    tiff.write(file, picture, said, None)
    return file.getvalue()


def same(one: Made, other: Made) -> bool:
    return np.array_equal(np.asarray(one), np.asarray(other))


def made(fields: list[Field], pixels: bytes = LOREM, order: str = "<", big: bool = False, after: bytes = b"") -> bytes:
    """A grey picture of one row, its directory after its pixels, with more fields, and whatever follows."""
    start = 16 if big else 8
    own = [
        ifd.integers(order, raster.WIDTH, ifd.LONG, len(pixels)),
        *(ifd.integers(order, tag, ifd.SHORT, 1) for tag in (raster.HEIGHT, raster.PHOTOMETRIC)),
        ifd.integers(order, raster.BITS, ifd.SHORT, 8),
        ifd.integers(order, raster.STRIP_OFFSETS, ifd.LONG, start),
        ifd.integers(order, raster.STRIP_COUNTS, ifd.LONG, len(pixels)),
    ]
    at = start + len(pixels) + len(pixels) % 2
    data = (ifd.header(order, big, at) + pixels).ljust(at, b"\0") + ifd.directory(order, big, own + fields, at)
    return data + after


def flat(width: int = len(LOREM)) -> Image.Image:
    return Image.new("L", (width, 1), 77)
