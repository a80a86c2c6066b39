from __future__ import annotations

import io
import itertools
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from uegan_cli.errors import PhotoError
from uegan_cli.photo.formats import ifd, raster, tiff
from uegan_cli.photo.photo import Pixels

RNG = np.random.default_rng(1)


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


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("storage", STORAGE, ids=str)
def test_pixels_come_out_however_they_are_stored(storage: dict[str, Any], dtype: str, order: str) -> None:
    for channels, planar in ((1, "contig"), (3, "contig"), (3, "separate")):
        pixels = values(channels, dtype)
        given = pixels[..., 0] if channels == 1 else np.moveaxis(pixels, 2, 0) if planar == "separate" else pixels
        photometric = "minisblack" if channels == 1 else "rgb"
        options = storage if channels == 1 else storage | {"planarconfig": planar}
        assert np.array_equal(decoded(encoded(given, photometric, byteorder=order, **options)), pixels)


@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
def test_the_largest_value_of_any_depth_is_white(bits: int) -> None:
    most = (1 << bits) - 1
    whole = 255 if bits <= 8 else 65535
    pixels = np.linspace(0, most, 48).round().astype(np.uint8 if bits <= 8 else np.uint16).reshape(6, 8)
    options = {"bitspersample": bits} if bits > 1 else {}
    file = encoded(pixels.astype(bool) if bits == 1 else pixels, "minisblack", **options)
    assert np.array_equal(decoded(file)[..., 0], np.round(pixels * (whole / most)))


def test_white_can_be_zero() -> None:
    for dtype in ("uint8", "uint16"):
        pixels = values(1, dtype)
        file = encoded(np.iinfo(dtype).max - pixels[..., 0], "miniswhite")
        assert np.array_equal(decoded(file), pixels)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_becomes_its_colours(bits: int) -> None:
    table = values(3, "uint8", 1, 1 << bits)[0]
    table[0, 0] = 255
    indices = RNG.integers(0, 1 << bits, (20, 24)).astype(np.uint8)
    rows = np.packbits(np.unpackbits(indices[..., None], axis=2)[..., 8 - bits :].reshape(20, -1), axis=1)
    for scale in (257, 256, 1):
        fields = [
            *(ifd.integers("<", tag, ifd.SHORT, value) for tag, value in ((256, 24), (257, 20), (258, bits), (262, 3))),
            ifd.integers("<", 320, ifd.SHORT, *(table.T.astype(int) * scale).ravel().tolist()),
            *(ifd.integers("<", tag, ifd.LONG, value) for tag, value in ((273, 8), (279, rows.size))),
        ]
        data = ifd.header("<", False, 8 + rows.size) + rows.tobytes()
        file = io.BytesIO(data + ifd.directory("<", False, fields, len(data)))
        assert np.array_equal(decoded(file), table[indices])


def test_jpeg_in_tiff_is_what_libtiff_makes_of_it(picture: Pixels) -> None:
    for mode in ("RGB", "YCbCr", "L", "CMYK"):
        file = io.BytesIO()
        image = Image.fromarray(picture).convert(mode)
        image.save(file, "TIFF", compression="jpeg", quality=95)
        expected = np.asarray(Image.open(file).convert("RGB" if mode == "YCbCr" else mode))
        assert np.array_equal(decoded(file).squeeze(), expected)


@pytest.mark.parametrize("compression", ["tiff_lzw", None])
def test_ycbcr_becomes_rgb(picture: Pixels, compression: str | None) -> None:
    file = io.BytesIO()
    Image.fromarray(picture).convert("YCbCr").save(file, "TIFF", compression=compression)
    assert np.abs(decoded(file).astype(int) - picture).max() <= 3


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_faxes_are_read(compression: str, picture: Pixels) -> None:
    image = Image.fromarray(picture).convert("1")
    file = io.BytesIO()
    image.save(file, "TIFF", compression=compression)
    assert np.array_equal(decoded(file)[..., 0], np.asarray(image) * np.uint8(255))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_transparency_is_told_from_other_channels(dtype: str) -> None:
    pixels = values(5, dtype)
    whole = encoded(pixels[..., :4], "rgb", extrasamples=["unassalpha"])
    assert np.array_equal(decoded(whole), pixels[..., :4]) and tiff.read(whole).picture.mode == "RGBA"
    second = encoded(pixels, "rgb", extrasamples=["unspecified", "unassalpha"])
    assert np.array_equal(decoded(second), pixels[..., [0, 1, 2, 4]])
    assert tiff.read(second).warnings == ("its extra channel, other than transparency, cannot be kept",)
    other = encoded(pixels[..., :4], "rgb", extrasamples=["unspecified"])
    assert np.array_equal(decoded(other), pixels[..., :3]) and tiff.read(other).warnings


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_colours_multiplied_by_their_alpha_come_back_exactly(dtype: str) -> None:
    alpha = values(1, dtype, 200, 300)
    alpha[:20], alpha[20:40] = 0, np.iinfo(dtype).max
    multiplied = np.minimum(values(3, dtype, 200, 300), alpha)
    pixels = decoded(encoded(np.concatenate([multiplied, alpha], 2), "rgb", extrasamples=["assocalpha"]))
    assert np.abs(pixels[20:40, :, :3].astype(int) - multiplied[20:40]).max() == 0
    again = raster.stored(pixels, raster.RGB, raster.ASSOCIATED)
    assert np.array_equal(again[..., :3], multiplied) and np.array_equal(again[..., 3:], alpha)


def test_cmyk_keeps_its_inks() -> None:
    for dtype in ("uint8", "uint16"):
        pixels = values(4, dtype)
        file = encoded(pixels, "separated")
        assert np.array_equal(decoded(file), pixels) and tiff.read(file).picture.mode == "CMYK"


def test_what_cannot_be_read_right_is_refused_by_name() -> None:
    floats = np.zeros((4, 5, 3), np.float32)
    for pixels, photometric, word in (
        (floats, "rgb", "floating-point"),
        (floats.astype(np.int16), "rgb", "signed"),
        (floats.astype(np.uint32), "rgb", "32 + 32 + 32 bits"),
        (floats.astype(np.uint8), "cielab", "CIELab"),
        (floats[..., 0].astype(np.uint16), "cfa", "number 32803"),
    ):
        with pytest.raises(PhotoError, match=word.replace("+", r"\+")):
            tiff.read(encoded(pixels, photometric))
    with pytest.raises(PhotoError, match="inks other than CMYK"):
        tiff.read(encoded(floats.astype(np.uint8), "separated", extratags=[(332, 3, 1, 2, True)]))
    with pytest.raises(PhotoError, match="compression number 34712"):
        tiff.read(encoded(floats.astype(np.uint8), "rgb", compression="jpeg2000"))


@pytest.mark.parametrize("options", STORAGE, ids=str)
def test_a_file_cut_short_is_broken(options: dict[str, Any]) -> None:
    """tifffile puts the directory first, so the pixels are what is missing."""
    whole = encoded(values(3, "uint16"), "rgb", **options).getvalue()
    for length in (len(whole) - 1, len(whole) * 2 // 3):
        with pytest.raises(ValueError):
            decoded(io.BytesIO(whole[:length]))


@pytest.mark.parametrize("compression", ["lzw", "deflate", "zstd", "packbits", "lzma"])
def test_compressed_data_that_ends_early_is_broken(compression: str) -> None:
    file = encoded(values(3, "uint8"), "rgb", compression=compression, rowsperstrip=10)
    counts = tifffile.TiffFile(file).pages[0].tags["StripByteCounts"]
    data = bytearray(file.getvalue())
    size = {3: 2, 4: 4}[counts.dtype]
    data[counts.valueoffset + size : counts.valueoffset + 2 * size] = (counts.value[1] // 3).to_bytes(size, "little")
    with pytest.raises(ValueError):
        decoded(io.BytesIO(data))


def test_a_size_is_known_before_anything_is_decoded() -> None:
    file = encoded(values(1, "uint8")[..., 0], "minisblack")
    data = bytearray(file.getvalue())
    page = tifffile.TiffFile(file).pages[0]
    for tag in ("ImageWidth", "ImageLength", "RowsPerStrip"):
        at = page.tags[tag].valueoffset
        data[at : at + 4] = (60000).to_bytes(4 if page.tags[tag].dtype == 4 else 2, "little").ljust(4, b"\0")
    assert tiff.read(io.BytesIO(data)).picture.size == (60000, 60000)


def test_tiles_larger_than_any_picture_needs_are_broken() -> None:
    file = encoded(values(1, "uint8")[..., 0], "minisblack", tile=(16, 16))
    data = bytearray(file.getvalue())
    at = tifffile.TiffFile(file).pages[0].tags["TileWidth"].valueoffset
    data[at : at + 2] = (65520).to_bytes(2, "little")
    with pytest.raises(ValueError, match="tiles of 65520"):
        tiff.read(io.BytesIO(data))


@pytest.mark.parametrize("compression", raster.WRITABLE)
def test_strips_are_what_other_programs_read(compression: int) -> None:
    for dtype, order, predictor in itertools.product(("uint8", "uint16"), "<>", (1, 2)):
        if predictor == 2 and compression not in raster.PREDICTING:
            continue
        pixels = values(3, dtype, 90, 500)
        strips = list(raster.encode(pixels, compression, predictor, order))
        assert len(strips) == -(-90 // raster.rows_a_strip(pixels)) > 1
        options = {"compression": compression, "predictor": predictor, "byteorder": order}
        file = io.BytesIO()
        tifffile.imwrite(
            file, iter(strips), shape=pixels.shape, dtype=dtype, photometric="rgb", metadata=None,
            rowsperstrip=raster.rows_a_strip(pixels), **options,
        )  # fmt: skip
        file.seek(0)
        assert np.array_equal(tifffile.imread(file), pixels)
        if dtype == "uint8":
            assert np.array_equal(np.asarray(Image.open(file)), pixels)
