"""The new picture goes into the space of the old one: other bytes stay, old pixels are gone, files do not grow."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from uegan_cli.errors import OutputError
from uegan_cli.photo.tiff.allocator import Allocator
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_reader import Tiff
from uegan_cli.photo.tiff.ifd_writer import Field, integer_field
from uegan_cli.photo.tiff.structure import TiffEncoding
from uegan_cli.photo.tiff.tag_numbers import Tag

from .tiffs import LOREM, flat_picture, is_same, load, make_tiff, unchanged_output, write


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_byte_but_those_of_the_picture_keeps_its_offset(order: str, big: bool) -> None:
    private = b"a private block, pointed to by nobody knows what"
    at = 500
    offset_type = FieldType.LONG8 if big else FieldType.LONG
    pointer = integer_field(order, 65000, offset_type, at + 3)
    secret = [pointer, Field(65001, FieldType.UNDEFINED, 20, b"12345678901234567890")]
    data = make_tiff(secret, order=order, big=big).ljust(at, b"\0") + private
    contents, _ = load(data)
    result = write(flat_picture(), unchanged_output(contents.metadata))
    assert result[at : at + len(private)] == private and len(result) < len(data) + 300
    assert b"12345678901234567890" in result and LOREM not in result
    new = Tiff(io.BytesIO(result))
    assert new.big == big and new.integer(new.directory(new.first), 65000) == at + 3
    assert is_same(load(result)[1], flat_picture())


def test_nothing_is_left_of_the_old_pixels() -> None:
    """Neither of a picture larger than the new one, nor of the smaller ones beside it."""
    rng = np.random.default_rng(4)
    big, small = (rng.integers(0, 255, (side, side, 3), np.uint8) for side in (200, 50))
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(big, photometric="rgb", subifds=1, metadata=None)
        writer.write(small, photometric="rgb", subfiletype=1, metadata=None)
        writer.write(small[::-1], photometric="rgb", subfiletype=1, metadata=None)
        writer.write(small[:, ::-1], photometric="rgb", metadata=None)
    data = file.getvalue()
    contents, picture = load(data)
    assert contents.picture.frames == 1 and contents.picture.size == (200, 200) and is_same(picture, big)
    result = write(Image.new("RGB", (200, 200), (9, 8, 7)), unchanged_output(contents.metadata))
    old = big.tobytes(), small.tobytes(), small[::-1].tobytes(), small[:, ::-1].tobytes()
    assert all(data.count(pixels) == 1 for pixels in old)
    assert not any(pixels[n : n + 60] in result for pixels in old for n in range(0, len(pixels), 60))
    with tifffile.TiffFile(io.BytesIO(result)) as opened:
        assert len(opened.pages) == 1 and opened.pages[0].subifds is None


def test_the_new_picture_reuses_the_space_of_the_old_one() -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 60, (400, 500, 3), np.uint8)
    file = io.BytesIO()
    tifffile.imwrite(file, noise, photometric="rgb", compression="lzw", rowsperstrip=10, metadata=None)
    contents, _ = load(file.getvalue())
    rougher = Image.fromarray(rng.integers(0, 80, (400, 500, 3), np.uint8))
    result = write(rougher, unchanged_output(contents.metadata))
    needed = tifffile.TiffFile(io.BytesIO(result)).pages[0].databytecounts
    assert sum(needed) > len(file.getvalue()) and len(result) < sum(needed) + 80_000
    plain = Image.new("RGB", (500, 400))
    assert len(write(plain, unchanged_output(contents.metadata))) < len(file.getvalue())


def test_editing_an_edited_file_does_not_make_it_longer() -> None:
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"x" * 3000 + b"</x:xmpmeta>"
    contents, _ = load(make_tiff([Field(Tag.XMP, FieldType.BYTE, len(packet), packet)]))
    first = write(flat_picture(), unchanged_output(contents.metadata, packets=(packet + b" ",)))
    again, _ = load(first)
    second = write(flat_picture(), unchanged_output(again.metadata, packets=(packet + b"  ",)))
    assert abs(len(second) - len(first)) <= 2 and second.count(b"x" * 3000) == 1


def test_a_tiff_of_more_than_4_gb_is_refused() -> None:
    allocator = Allocator(io.BytesIO(), TiffEncoding(), [])
    allocator._end = (1 << 32) - 100
    with pytest.raises(OutputError, match="4 GB"):
        allocator.add(bytes(200))
