"""Make TIFF files, and read and write them."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from uegan_cli.photo.photo import Metadata, OpenedPhoto, OutputMetadata, Pixels
from uegan_cli.photo.tiff import format as tiff
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_writer import Field, build_directory, build_header, integer_field
from uegan_cli.photo.tiff.tag_numbers import Tag

Made = Image.Image | Pixels

RNG = np.random.default_rng(1)

LOREM = b"the unedited picture, which nobody is to see again; "
"""The pixels of a grey picture of one row."""

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


def random_samples(channels: int, dtype: str, height: int = 37, width: int = 53) -> Pixels:
    """Random samples of the whole range: H x W x channels."""
    return RNG.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)


def encode(pixels: Pixels, photometric: str, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, photometric=photometric, metadata=None, **options)
    file.seek(0)
    return file


def decode(file: io.BytesIO) -> Pixels:
    """Read and decode a file: H x W x channels."""
    contents = tiff.read(file)
    picture = contents.picture.decode(None)
    if isinstance(picture, Image.Image):
        picture = np.asarray(picture.convert(contents.picture.mode))
    assert picture.shape[1::-1] == contents.picture.size
    return picture.reshape(*picture.shape[:2], -1)


def load(data: bytes) -> tuple[OpenedPhoto, Made]:
    """Read a file and its decoded picture, as `tiff.write` takes it."""
    contents = tiff.read(io.BytesIO(data))
    picture = contents.picture.decode(None)
    if isinstance(picture, Image.Image):
        picture.load()
        return contents, picture.convert(contents.picture.mode)
    if picture.dtype == np.uint16:
        return contents, picture
    mode = contents.picture.mode
    return contents, Image.frombytes(mode, contents.picture.size, picture.tobytes())


def unchanged_output(metadata: Metadata, **changed: Any) -> OutputMetadata:
    """The metadata of a new file that says what the old one said, but for what is named."""
    packets = (metadata.xmp,) if metadata.xmp else ()
    output = OutputMetadata(
        metadata, metadata.exif, packets, metadata.icc, None, metadata.photoshop, metadata.orientation
    )
    return replace(output, **changed)


def write(picture: Made, output: OutputMetadata) -> bytes:
    file = io.BytesIO()
    tiff.write(file, picture, output, None)
    return file.getvalue()


def is_same(one: Made, other: Made) -> bool:
    return np.array_equal(np.asarray(one), np.asarray(other))


def make_tiff(fields: list[Field], pixels: bytes = LOREM, order: str = "<", big: bool = False) -> bytes:
    """A grey picture of one row, and its directory, with more fields, after its pixels."""
    start = 16 if big else 8
    own = [
        integer_field(order, Tag.IMAGE_WIDTH, FieldType.LONG, len(pixels)),
        *(integer_field(order, tag, FieldType.SHORT, 1) for tag in (Tag.IMAGE_LENGTH, Tag.PHOTOMETRIC)),
        integer_field(order, Tag.BITS_PER_SAMPLE, FieldType.SHORT, 8),
        integer_field(order, Tag.STRIP_OFFSETS, FieldType.LONG, start),
        integer_field(order, Tag.STRIP_BYTE_COUNTS, FieldType.LONG, len(pixels)),
    ]
    at = start + len(pixels) + len(pixels) % 2
    return (build_header(order, big, at) + pixels).ljust(at, b"\0") + build_directory(order, big, own + fields, at)


def flat_picture(width: int = len(LOREM)) -> Image.Image:
    return Image.new("L", (width, 1), 77)
