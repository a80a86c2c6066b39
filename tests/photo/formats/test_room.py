from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from uegan_cli.errors import OutputError
from uegan_cli.photo.tiff import ifd
from uegan_cli.photo.tiff import structure as skeleton
from uegan_cli.photo.tiff.allocator import Room
from uegan_cli.photo.tiff.ifd import Field, Tiff
from uegan_cli.photo.tiff.structure import TiffEncoding

from .tiffs import LOREM, flat, load, made, output, same, written


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_byte_but_the_pictures_stays_in_its_place(order: str, big: bool) -> None:
    private = b"a private block, pointed to by nobody knows what"
    at = 500
    kind = ifd.LONG8 if big else ifd.LONG
    secret = [ifd.integers(order, 65000, kind, at + 3), Field(65001, ifd.UNDEFINED, 20, b"12345678901234567890")]
    data = made(secret, order=order, big=big).ljust(at, b"\0") + private
    contents, _ = load(data)
    result = written(flat(), output(contents.metadata))
    assert result[at : at + len(private)] == private and len(result) < len(data) + 300
    assert b"12345678901234567890" in result and LOREM not in result
    new = Tiff(io.BytesIO(result))
    assert new.big == big and new.integer(new.directory(new.first), 65000) == at + 3
    assert same(load(result)[1], flat())


def test_nothing_is_left_of_the_old_pixels() -> None:
    """Of a picture that was larger than the new one, and of the smaller ones beside it."""
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
    assert contents.picture.frames == 1 and contents.picture.size == (200, 200) and same(picture, big)
    result = written(Image.new("RGB", (200, 200), (9, 8, 7)), output(contents.metadata))
    old = big.tobytes(), small.tobytes(), small[::-1].tobytes(), small[:, ::-1].tobytes()
    assert all(data.count(pixels) == 1 for pixels in old)
    assert not any(pixels[n : n + 60] in result for pixels in old for n in range(0, len(pixels), 60))
    with tifffile.TiffFile(io.BytesIO(result)) as opened:
        assert len(opened.pages) == 1 and opened.pages[0].subifds is None


def test_a_file_does_not_grow_by_what_its_picture_takes() -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 60, (400, 500, 3), np.uint8)
    file = io.BytesIO()
    tifffile.imwrite(file, noise, photometric="rgb", compression="lzw", rowsperstrip=10, metadata=None)
    contents, _ = load(file.getvalue())
    rougher = Image.fromarray(rng.integers(0, 80, (400, 500, 3), np.uint8))
    result = written(rougher, output(contents.metadata))
    needed = tifffile.TiffFile(io.BytesIO(result)).pages[0].databytecounts
    assert sum(needed) > len(file.getvalue()) and len(result) < sum(needed) + 80_000
    plain = Image.new("RGB", (500, 400))
    assert len(written(plain, output(contents.metadata))) < len(file.getvalue())


def test_an_edit_of_an_edit_is_no_longer() -> None:
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"x" * 3000 + b"</x:xmpmeta>"
    contents, _ = load(made([Field(skeleton.XMP, ifd.BYTE, len(packet), packet)]))
    first = written(flat(), output(contents.metadata, packets=(packet + b" ",)))
    again, _ = load(first)
    second = written(flat(), output(again.metadata, packets=(packet + b"  ",)))
    assert abs(len(second) - len(first)) <= 2 and second.count(b"x" * 3000) == 1


def test_a_tiff_without_end_is_refused() -> None:
    room = Room(io.BytesIO(), TiffEncoding(), [])
    room._end = (1 << 32) - 100
    with pytest.raises(OutputError, match="4 GB"):
        room.put(bytes(200))
