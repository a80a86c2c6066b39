"""Uncompressed DNGs made of pictures: what a sensor behind a Bayer filter would have seen of them."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum

import numpy as np
from PIL import Image

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.tiff import exif_builder
from uegan_cli.photo.tiff.exif_builder import DirectoryTree, ExifContent
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_reader import Directory, Tiff
from uegan_cli.photo.tiff.ifd_writer import Field, integer_field
from uegan_cli.photo.tiff.picture_layout import Compression, Photometric
from uegan_cli.photo.tiff.tag_numbers import InteropTag, Tag


class DngTag(IntEnum):
    """Tags of DNG that only describe the sensor."""

    BACKWARD_VERSION = 0xC613
    CFA_LAYOUT = 0xC617
    BLACK_LEVEL = 0xC61A
    WHITE_LEVEL = 0xC61D
    DEFAULT_CROP_ORIGIN = 0xC61F
    DEFAULT_CROP_SIZE = 0xC620
    COLOR_MATRIX = 0xC621
    AS_SHOT_NEUTRAL = 0xC628
    CALIBRATION_ILLUMINANT = 0xC65A


MAKER_NOTE = b"Acme\0 says what it likes, in its own way"
ORDER = "<"
BLACK, WHITE = 512, 16383
NEUTRAL = (0.5, 1.0, 0.6)
"""The fraction of a neutral light that red, green and blue pixels see."""

_FROM_XYZ = (3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108, 0.0415560, 0.0556434, -0.2040259, 1.0572252)
"""From XYZ to the primaries of sRGB, which the sensor has."""

_D65 = 21
_CFA, _LINEAR_RAW = 32803, 34892


def number(tag: int, *values: int, type: int = FieldType.SHORT) -> Field:
    return integer_field(ORDER, tag, type, *values)


def text(tag: int, value: str) -> Field:
    return Field(tag, FieldType.ASCII, len(value) + 1, value.encode() + b"\0")


def fractions(tag: int, type: int, *values: float) -> Field:
    data = b"".join(struct.pack("<iI", round(value * 10**6), 10**6) for value in values)
    return Field(tag, type, len(values), data)


def undefined(tag: int, data: bytes) -> Field:
    return Field(tag, FieldType.UNDEFINED, len(data), data)


def exif_directory(*fields: Field) -> DirectoryTree:
    """An Exif directory with ISO 400, a maker note and a colour space that is not sRGB, and more fields."""
    interop = DirectoryTree((Field(InteropTag.INDEX, FieldType.ASCII, 4, b"R03\0"), undefined(2, b"0100")))
    own = (number(Tag.ISO, 400), undefined(Tag.MAKER_NOTE, MAKER_NOTE), number(Tag.COLOR_SPACE, 65535))
    return DirectoryTree((*own, *fields), {Tag.INTEROP_IFD: interop})


def open_block(block: bytes | None) -> Tiff:
    """Open an Exif block to look into it."""
    assert block is not None
    return Tiff(io.BytesIO(block))


def subdirectory(tiff: Tiff, *tags: int) -> Directory:
    """The directory that pointers with these tags lead to, from the first one on."""
    directory = tiff.directory(tiff.first)
    for tag in tags:
        directory = tiff.subdirectories(directory.get(tag))[0]
    return directory


def srgb(linear: float) -> float:
    """0..1 -> 0..1 (IEC 61966-2-1)."""
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def jpeg(picture: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=95)
    return file.getvalue()


def dng(
    picture: Pixels,
    *,
    light: float = 1.0,
    orientation: int = 1,
    preview: bytes | None = None,
    first: Sequence[Field] = (),
    sensor: Sequence[Field] = (),
    described: Mapping[int, DirectoryTree] | None = None,
    note_start: int | None = None,
    colours: bool = True,
) -> bytes:
    """A whole DNG of `picture`, H x W x 3 uint8; sides are even, and 24 or more.

    light: the fraction of the sensor's range that the white of the picture takes. preview: a JPEG to go with it.
    first, sensor: more fields for the first directory and for that of the raw picture.
    described: more directories below the first, by the tags of their pointers. note_start: the offset of the maker
        note. colours: False for a sensor without colour filters, which sees the red channel.
    """
    seen = mosaic(picture, light) if colours else _levels(_linear(picture[..., 0]) * light)
    data = seen.tobytes()
    below = {Tag.SUB_IFDS: _sensor(seen, colours, sensor), **(described or {})}
    root = DirectoryTree((*_camera(orientation), *(_colours() if colours else ()), *first), below)
    start = len(exif_builder.build(ExifContent(ORDER, _placed(root, 0, len(data), preview), note_start)))
    start += start % 2
    header = exif_builder.build(ExifContent(ORDER, _placed(root, start, len(data), preview), note_start))
    return header.ljust(start, b"\0") + data + (preview or b"")


def mosaic(picture: Pixels, light: float = 1.0) -> Pixels:
    """H x W, uint16: the values of the sensor, in the order red, green; green, blue."""
    seen = _levels(np.clip(_linear(picture) * light, 0, 1) * NEUTRAL)
    result = seen[..., 1].copy()
    result[0::2, 0::2] = seen[0::2, 0::2, 0]
    result[1::2, 1::2] = seen[1::2, 1::2, 2]
    return result


def _linear(picture: Pixels) -> np.ndarray:
    x = picture / 255
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def _levels(light: np.ndarray) -> Pixels:
    return np.round(BLACK + np.clip(light, 0, 1) * (WHITE - BLACK)).astype("<u2")


def _camera(orientation: int) -> tuple[Field, ...]:
    return (
        number(Tag.NEW_SUBFILE_TYPE, 1, type=FieldType.LONG),
        text(Tag.MAKE, "Acme"),
        text(Tag.MODEL, "Acme One"),
        number(Tag.ORIENTATION, orientation),
        Field(Tag.DNG_VERSION, FieldType.BYTE, 4, b"\1\4\0\0"),
        Field(DngTag.BACKWARD_VERSION, FieldType.BYTE, 4, b"\1\1\0\0"),
        text(Tag.UNIQUE_CAMERA_MODEL, "Acme One"),
    )


def _colours() -> tuple[Field, ...]:
    matrix = fractions(DngTag.COLOR_MATRIX, FieldType.SRATIONAL, *_FROM_XYZ)
    neutral = fractions(DngTag.AS_SHOT_NEUTRAL, FieldType.RATIONAL, *NEUTRAL)
    return (matrix, neutral, number(DngTag.CALIBRATION_ILLUMINANT, _D65))


def _sensor(seen: Pixels, colours: bool, more: Sequence[Field]) -> DirectoryTree:
    height, width = seen.shape
    filters = (
        number(Tag.CFA_REPEAT_PATTERN_DIM, 2, 2),
        Field(Tag.CFA_PATTERN, FieldType.BYTE, 4, b"\0\1\1\2"),
        number(DngTag.CFA_LAYOUT, 1),
    )
    fields = (
        number(Tag.NEW_SUBFILE_TYPE, 0, type=FieldType.LONG),
        number(Tag.IMAGE_WIDTH, width, type=FieldType.LONG),
        number(Tag.IMAGE_LENGTH, height, type=FieldType.LONG),
        number(Tag.BITS_PER_SAMPLE, 16),
        number(Tag.COMPRESSION, Compression.NONE),
        number(Tag.PHOTOMETRIC, _CFA if colours else _LINEAR_RAW),
        number(Tag.SAMPLES_PER_PIXEL, 1),
        number(Tag.ROWS_PER_STRIP, height, type=FieldType.LONG),
        number(DngTag.BLACK_LEVEL, BLACK),
        number(DngTag.WHITE_LEVEL, WHITE),
    )
    return DirectoryTree((*fields, *more, *(filters if colours else ())))


def _placed(root: DirectoryTree, start: int, length: int, preview: bytes | None) -> DirectoryTree:
    """`root` with the offsets of the pictures."""
    sensor = root.children[Tag.SUB_IFDS].with_fields(_strip(start, length))
    shown = _preview(preview, start + length) if preview else []
    return DirectoryTree(root.with_fields(shown).fields, {**root.children, Tag.SUB_IFDS: sensor})


def _strip(start: int, length: int) -> list[Field]:
    offset = number(Tag.STRIP_OFFSETS, start, type=FieldType.LONG)
    return [offset, number(Tag.STRIP_BYTE_COUNTS, length, type=FieldType.LONG)]


def _preview(data: bytes, start: int) -> list[Field]:
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    return [
        number(Tag.IMAGE_WIDTH, width, type=FieldType.LONG),
        number(Tag.IMAGE_LENGTH, height, type=FieldType.LONG),
        number(Tag.BITS_PER_SAMPLE, 8, 8, 8),
        number(Tag.COMPRESSION, Compression.JPEG),
        number(Tag.PHOTOMETRIC, Photometric.YCBCR),
        number(Tag.SAMPLES_PER_PIXEL, 3),
        number(Tag.ROWS_PER_STRIP, height, type=FieldType.LONG),
        *_strip(start, len(data)),
    ]
