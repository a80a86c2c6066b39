"""A camera raw made of a picture: what a sensor behind a Bayer filter would have seen of it, as an uncompressed DNG."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.tiff import descriptions, ifd
from uegan_cli.photo.tiff.descriptions import Branch, Description
from uegan_cli.photo.tiff.ifd import LONG, SHORT, SUB_IFDS, Field

ORDER = "<"
BYTE, ASCII, RATIONAL, SIGNED_RATIONAL = 1, 2, 5, 10
BLACK, WHITE = 512, 16383
NEUTRAL = (0.5, 1.0, 0.6)
"""How much of a neutral light the red, green and blue pixels see."""

_FROM_XYZ = (3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108, 0.0415560, 0.0556434, -0.2040259, 1.0572252)
"""The sensor has the primaries of sRGB."""

_D65 = 21
_CFA, _LINEAR_RAW = 32803, 34892


def number(tag: int, *values: int, kind: int = SHORT) -> Field:
    return ifd.integers(ORDER, tag, kind, *values)


def text(tag: int, value: str) -> Field:
    return Field(tag, ASCII, len(value) + 1, value.encode() + b"\0")


def fractions(tag: int, kind: int, *values: float) -> Field:
    data = b"".join(struct.pack("<iI", round(value * 10**6), 10**6) for value in values)
    return Field(tag, kind, len(values), data)


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
    described: Mapping[int, Branch] | None = None,
    note_at: int | None = None,
    colours: bool = True,
) -> bytes:
    """A whole DNG of `picture`, H x W x 3 uint8, even sides of 24 and more.

    light: how much of the range of the sensor the white of the picture takes. preview: a JPEG to go with it.
    first, sensor: more fields for the first directory and for that of the raw picture. described: more directories
        below the first, by their tags. note_at: where the maker note goes.
    colours: False for a sensor without colour filters, which sees the red.
    """
    seen = mosaic(picture, light) if colours else _levels(_linear(picture[..., 0]) * light)
    data = seen.tobytes()
    below = {SUB_IFDS: _sensor(seen, colours, sensor), **(described or {})}
    root = Branch((*_camera(orientation), *(_colours() if colours else ()), *first), below)
    start = len(descriptions.build(Description(ORDER, _placed(root, 0, len(data), preview), note_at)))
    start += start % 2
    header = descriptions.build(Description(ORDER, _placed(root, start, len(data), preview), note_at))
    return header.ljust(start, b"\0") + data + (preview or b"")


def mosaic(picture: Pixels, light: float = 1.0) -> Pixels:
    """H x W, uint16: what the pixels see, in the order red, green; green, blue."""
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
        number(0x00FE, 1, kind=LONG),
        text(0x010F, "Acme"),
        text(0x0110, "Acme One"),
        number(0x0112, orientation),
        Field(0xC612, BYTE, 4, b"\1\4\0\0"),
        Field(0xC613, BYTE, 4, b"\1\1\0\0"),
        text(0xC614, "Acme One"),
    )


def _colours() -> tuple[Field, ...]:
    matrix, neutral = fractions(0xC621, SIGNED_RATIONAL, *_FROM_XYZ), fractions(0xC628, RATIONAL, *NEUTRAL)
    return (matrix, neutral, number(0xC65A, _D65))


def _sensor(seen: Pixels, colours: bool, more: Sequence[Field]) -> Branch:
    height, width = seen.shape
    filters = (number(0x828D, 2, 2), Field(0x828E, BYTE, 4, b"\0\1\1\2"), number(0xC617, 1))
    fields = (
        number(0x00FE, 0, kind=LONG),
        number(0x0100, width, kind=LONG),
        number(0x0101, height, kind=LONG),
        number(0x0102, 16),
        number(0x0103, 1),
        number(0x0106, _CFA if colours else _LINEAR_RAW),
        number(0x0115, 1),
        number(0x0116, height, kind=LONG),
        number(0xC61A, BLACK),
        number(0xC61D, WHITE),
    )
    return Branch((*fields, *more, *(filters if colours else ())))


def _placed(root: Branch, start: int, length: int, preview: bytes | None) -> Branch:
    """`root` with the places of the pictures."""
    sensor = root.below[SUB_IFDS].having([number(0x0111, start, kind=LONG), number(0x0117, length, kind=LONG)])
    shown = _preview(preview, start + length) if preview else []
    return Branch(root.having(shown).fields, {**root.below, SUB_IFDS: sensor})


def _preview(data: bytes, start: int) -> list[Field]:
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    size = [number(0x0100, width, kind=LONG), number(0x0101, height, kind=LONG), number(0x0102, 8, 8, 8)]
    kind = [number(0x0103, 7), number(0x0106, 6), number(0x0115, 3), number(0x0116, height, kind=LONG)]
    return [*size, *kind, number(0x0111, start, kind=LONG), number(0x0117, len(data), kind=LONG)]
