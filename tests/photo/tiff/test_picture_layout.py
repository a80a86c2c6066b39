"""Pictures that cannot be decoded right are refused by name; broken ones are an error before anything is decoded."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import tifffile

from uegan_cli.errors import PhotoError
from uegan_cli.photo.tiff import format as tiff
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.tag_numbers import Tag

from .tiffs import STORAGE, decode, encode, random_samples


def test_unsupported_kinds_are_refused_by_name() -> None:
    floats = np.zeros((4, 5, 3), np.float32)
    for pixels, photometric, word in (
        (floats, "rgb", "floating-point"),
        (floats.astype(np.int16), "rgb", "signed"),
        (floats.astype(np.uint32), "rgb", "32 + 32 + 32 bits"),
        (floats.astype(np.uint8), "cielab", "CIELab"),
        (floats[..., 0].astype(np.uint16), "cfa", "number 32803"),
    ):
        with pytest.raises(PhotoError, match=word.replace("+", r"\+")):
            tiff.read(encode(pixels, photometric))
    with pytest.raises(PhotoError, match="inks other than CMYK"):
        tiff.read(encode(floats.astype(np.uint8), "separated", extratags=[(Tag.INK_SET, FieldType.SHORT, 1, 2, True)]))
    with pytest.raises(PhotoError, match="compression number 34712"):
        tiff.read(encode(floats.astype(np.uint8), "rgb", compression="jpeg2000"))


@pytest.mark.parametrize("options", STORAGE, ids=str)
def test_a_truncated_file_is_broken(options: dict[str, Any]) -> None:
    """tifffile puts the directory first, so pixels are missing."""
    whole = encode(random_samples(3, "uint16"), "rgb", **options).getvalue()
    for length in (len(whole) - 1, len(whole) * 2 // 3):
        with pytest.raises(ValueError):
            decode(io.BytesIO(whole[:length]))


def test_a_size_is_known_before_anything_is_decoded() -> None:
    file = encode(random_samples(1, "uint8")[..., 0], "minisblack")
    data = bytearray(file.getvalue())
    page = tifffile.TiffFile(file).pages[0]
    for tag in ("ImageWidth", "ImageLength", "RowsPerStrip"):
        at = page.tags[tag].valueoffset
        data[at : at + 4] = (60000).to_bytes(4 if page.tags[tag].dtype == 4 else 2, "little").ljust(4, b"\0")
    assert tiff.read(io.BytesIO(data)).picture.size == (60000, 60000)


def test_tiles_larger_than_any_picture_needs_are_broken() -> None:
    file = encode(random_samples(1, "uint8")[..., 0], "minisblack", tile=(16, 16))
    data = bytearray(file.getvalue())
    at = tifffile.TiffFile(file).pages[0].tags["TileWidth"].valueoffset
    data[at : at + 2] = (65520).to_bytes(2, "little")
    with pytest.raises(ValueError, match="tiles of 65520"):
        tiff.read(io.BytesIO(data))
