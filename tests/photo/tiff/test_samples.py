"""Pixels of every kind of storage are decoded exactly, and encoded as other programs read them."""

from __future__ import annotations

import io
import itertools
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.tiff import format as tiff
from uegan_cli.photo.tiff import samples
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_writer import build_directory, build_header, integer_field
from uegan_cli.photo.tiff.picture_layout import (
    ASSOCIATED_ALPHA,
    PREDICTOR_COMPRESSIONS,
    WRITABLE_COMPRESSIONS,
    Compression,
    Photometric,
)
from uegan_cli.photo.tiff.tag_numbers import Tag

from .tiffs import RNG, STORAGE, decode, encode, random_samples


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("storage", STORAGE, ids=str)
def test_every_kind_of_storage_is_decoded_exactly(storage: dict[str, Any], dtype: str, order: str) -> None:
    for channels, planar in ((1, "contig"), (3, "contig"), (3, "separate")):
        pixels = random_samples(channels, dtype)
        given = pixels[..., 0] if channels == 1 else np.moveaxis(pixels, 2, 0) if planar == "separate" else pixels
        photometric = "minisblack" if channels == 1 else "rgb"
        options = storage if channels == 1 else storage | {"planarconfig": planar}
        assert np.array_equal(decode(encode(given, photometric, byteorder=order, **options)), pixels)


@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
def test_the_largest_value_of_any_depth_is_white(bits: int) -> None:
    most = (1 << bits) - 1
    whole = 255 if bits <= 8 else 65535
    pixels = np.linspace(0, most, 48).round().astype(np.uint8 if bits <= 8 else np.uint16).reshape(6, 8)
    options = {"bitspersample": bits} if bits > 1 else {}
    file = encode(pixels.astype(bool) if bits == 1 else pixels, "minisblack", **options)
    assert np.array_equal(decode(file)[..., 0], np.round(pixels * (whole / most)))


def test_white_can_be_zero() -> None:
    for dtype in ("uint8", "uint16"):
        pixels = random_samples(1, dtype)
        file = encode(np.iinfo(dtype).max - pixels[..., 0], "miniswhite")
        assert np.array_equal(decode(file), pixels)


@pytest.mark.parametrize("lzw", [False, True])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_becomes_its_colours(bits: int, lzw: bool) -> None:
    table = random_samples(3, "uint8", 1, 1 << bits)[0]
    table[0, 0] = 255
    indices = RNG.integers(0, 1 << bits, (20, 24)).astype(np.uint8)
    rows = np.packbits(np.unpackbits(indices[..., None], axis=2)[..., 8 - bits :].reshape(20, -1), axis=1)
    strip = bytes(imagecodecs.lzw_encode(rows.tobytes())) if lzw else rows.tobytes()
    size = ((Tag.IMAGE_WIDTH, 24), (Tag.IMAGE_LENGTH, 20), (Tag.BITS_PER_SAMPLE, bits))
    kind = ((Tag.COMPRESSION, Compression.LZW if lzw else 1), (Tag.PHOTOMETRIC, Photometric.PALETTE))
    blocks = ((Tag.STRIP_OFFSETS, 8), (Tag.STRIP_BYTE_COUNTS, len(strip)))
    for scale in (257, 256, 1):
        fields = [
            *(integer_field("<", tag, FieldType.SHORT, value) for tag, value in size + kind),
            integer_field("<", Tag.COLOR_MAP, FieldType.SHORT, *(table.T.astype(int) * scale).ravel().tolist()),
            *(integer_field("<", tag, FieldType.LONG, value) for tag, value in blocks),
        ]
        data = build_header("<", False, 8 + len(strip)) + strip
        file = io.BytesIO(data + build_directory("<", False, fields, len(data)))
        assert np.array_equal(decode(file), table[indices])


def test_jpeg_in_tiff_is_decoded_as_libtiff_does(picture: Pixels) -> None:
    for mode in ("RGB", "YCbCr", "L", "CMYK"):
        file = io.BytesIO()
        image = Image.fromarray(picture).convert(mode)
        image.save(file, "TIFF", compression="jpeg", quality=95)
        expected = np.asarray(Image.open(file).convert("RGB" if mode == "YCbCr" else mode))
        assert np.array_equal(decode(file).squeeze(), expected)


@pytest.mark.parametrize("compression", ["tiff_lzw", None])
def test_ycbcr_becomes_rgb(picture: Pixels, compression: str | None) -> None:
    file = io.BytesIO()
    Image.fromarray(picture).convert("YCbCr").save(file, "TIFF", compression=compression)
    assert np.abs(decode(file).astype(int) - picture).max() <= 3


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_faxes_are_read(compression: str, picture: Pixels) -> None:
    image = Image.fromarray(picture).convert("1")
    file = io.BytesIO()
    image.save(file, "TIFF", compression=compression)
    assert np.array_equal(decode(file)[..., 0], np.asarray(image) * np.uint8(255))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_alpha_is_told_from_other_extra_channels(dtype: str) -> None:
    pixels = random_samples(5, dtype)
    whole = encode(pixels[..., :4], "rgb", extrasamples=["unassalpha"])
    assert np.array_equal(decode(whole), pixels[..., :4]) and tiff.read(whole).picture.mode == "RGBA"
    second = encode(pixels, "rgb", extrasamples=["unspecified", "unassalpha"])
    assert np.array_equal(decode(second), pixels[..., [0, 1, 2, 4]])
    assert tiff.read(second).warnings == ("its extra channel, other than transparency, cannot be kept",)
    other = encode(pixels[..., :4], "rgb", extrasamples=["unspecified"])
    assert np.array_equal(decode(other), pixels[..., :3]) and tiff.read(other).warnings


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_colours_multiplied_by_their_alpha_come_back_exactly(dtype: str) -> None:
    alpha = random_samples(1, dtype, 200, 300)
    alpha[:20], alpha[20:40] = 0, np.iinfo(dtype).max
    multiplied = np.minimum(random_samples(3, dtype, 200, 300), alpha)
    pixels = decode(encode(np.concatenate([multiplied, alpha], 2), "rgb", extrasamples=["assocalpha"]))
    assert np.abs(pixels[20:40, :, :3].astype(int) - multiplied[20:40]).max() == 0
    again = samples.to_stored(pixels, Photometric.RGB, ASSOCIATED_ALPHA)
    assert np.array_equal(again[..., :3], multiplied) and np.array_equal(again[..., 3:], alpha)


def test_cmyk_keeps_its_inks() -> None:
    for dtype in ("uint8", "uint16"):
        pixels = random_samples(4, dtype)
        file = encode(pixels, "separated")
        assert np.array_equal(decode(file), pixels) and tiff.read(file).picture.mode == "CMYK"


@pytest.mark.parametrize("compression", ["lzw", "deflate", "zstd", "packbits", "lzma"])
def test_truncated_compressed_data_are_broken(compression: str) -> None:
    file = encode(random_samples(3, "uint8"), "rgb", compression=compression, rowsperstrip=10)
    counts = tifffile.TiffFile(file).pages[0].tags["StripByteCounts"]
    data = bytearray(file.getvalue())
    size = {3: 2, 4: 4}[counts.dtype]
    data[counts.valueoffset + size : counts.valueoffset + 2 * size] = (counts.value[1] // 3).to_bytes(size, "little")
    with pytest.raises(ValueError):
        decode(io.BytesIO(data))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_lzw_that_starts_with_a_code_not_in_its_table_is_broken(dtype: str) -> None:
    data = bytearray(encode(random_samples(3, dtype), "rgb", compression="lzw").getvalue())
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        (start, *_), (length, *_) = file.pages[0].dataoffsets, file.pages[0].databytecounts
    # The codes 256 and 444, of 9 bits each: after the table was cleared nothing but a byte can come.
    data[start : start + length] = bytes.fromhex("806f20") + bytes(length - 3)
    with pytest.raises(ValueError, match="."):
        decode(io.BytesIO(data))


@pytest.mark.parametrize("compression", WRITABLE_COMPRESSIONS)
def test_other_programs_read_the_strips(compression: int) -> None:
    for dtype, order, predictor in itertools.product(("uint8", "uint16"), "<>", (1, 2)):
        if predictor == 2 and compression not in PREDICTOR_COMPRESSIONS:
            continue
        pixels = random_samples(3, dtype, 90, 500)
        strips = list(samples.encode(pixels, compression, predictor, order))
        assert len(strips) == -(-90 // samples.rows_per_strip(pixels)) > 1
        options = {"compression": compression, "predictor": predictor, "byteorder": order}
        file = io.BytesIO()
        tifffile.imwrite(
            file, iter(strips), shape=pixels.shape, dtype=dtype, photometric="rgb", metadata=None,
            rowsperstrip=samples.rows_per_strip(pixels), **options,
        )  # fmt: skip
        file.seek(0)
        assert np.array_equal(tifffile.imread(file), pixels)
        if dtype == "uint8":
            assert np.array_equal(np.asarray(Image.open(file)), pixels)
