"""AVIF files keep pixels, metadata and encoding through an edit, and end in one error if broken."""

from __future__ import annotations

import random
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageOps

from uegan_cli.errors import PhotoError
from uegan_cli.photo.bmff import avif
from uegan_cli.photo.bmff.encoding import ItemEncoding
from uegan_cli.photo.bmff.properties import ColourCodes
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp.mark import Mark

from .item_photos import encode, photo_of, psnr, smooth

MARK = Mark("natural", "0123abcd", 0.75)


@pytest.mark.parametrize(
    "name", ["orientation/rot2mir0", "orientation/rot2mir1", "xmp_iptc/exif", "formats/transparency"]
)
def test_real_files_are_read_as_pillow_shows_them_and_stay_the_same(
    camera_photos: Path, tmp_path: Path, name: str
) -> None:
    path = camera_photos / f"{name}.avif"
    before = read_photo(path)
    with Image.open(path) as image:
        shown = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(before.pixels, shown[..., :3])
    assert before.alpha is None or np.array_equal(before.alpha, shown[..., 3])
    write_photo(before, tmp_path / "out.avif", mark=MARK)
    after = read_photo(tmp_path / "out.avif")
    assert after.metadata.exif == before.metadata.exif and after.metadata.encoding == before.metadata.encoding
    assert psnr(after.pixels, before.pixels) > 28 and read_mark(tmp_path / "out.avif") == MARK
    assert 0.8 < (tmp_path / "out.avif").stat().st_size / path.stat().st_size < 1.2


@pytest.mark.parametrize("chroma", ["4:2:0", "4:2:2", "4:4:4"])
def test_chroma_is_kept(chroma: str, tmp_path: Path) -> None:
    (tmp_path / "in.avif").write_bytes(encode("AVIF", subsampling=chroma, quality=90))
    before = read_photo(tmp_path / "in.avif")
    assert before.metadata.encoding.chroma == chroma.replace(":", "")
    write_photo(before, tmp_path / "out.avif")
    after = read_photo(tmp_path / "out.avif")
    assert after.metadata.encoding == before.metadata.encoding and psnr(after.pixels, before.pixels) > 40


@pytest.mark.parametrize("depth", [10, 12])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_deep_photos_stay_deep(depth: int, channels: int, tmp_path: Path) -> None:
    y, x = np.mgrid[0:66, 0:98].astype(np.uint16)
    ramp = np.stack([x * 8 + y, y * 12 + x, (x + y) * 4, x * 10], axis=-1)[..., :channels] << (depth - 10)
    ramp = np.ascontiguousarray(ramp[..., 0] if channels == 1 else ramp)
    meaning = {"primaries": 1, "transfer": 13, "matrix": 6}
    encoded = imagecodecs.avif_encode(ramp, level=95, bitspersample=depth, speed=8, **meaning)
    (tmp_path / "in.avif").write_bytes(encoded)
    before = read_photo(tmp_path / "in.avif")
    assert before.pixels.dtype == np.uint16 and before.metadata.encoding.depth == depth
    assert before.grey == (channels < 3) and (before.alpha is not None) == (channels in (2, 4))
    write_photo(before, tmp_path / "out.avif")
    after = read_photo(tmp_path / "out.avif")
    assert after.metadata.encoding == before.metadata.encoding and psnr(after.pixels, before.pixels) > 45
    assert before.alpha is None or psnr(after.alpha, before.alpha) > 45


def test_white_and_black_stay_white_and_black(tmp_path: Path) -> None:
    for dtype in (np.uint8, np.uint16):
        pixels = np.zeros((64, 64, 3), dtype)
        pixels[:32] = np.iinfo(dtype).max
        write_photo(photo_of(pixels, "AVIF"), tmp_path / "out.avif")
        found = read_photo(tmp_path / "out.avif").pixels
        assert found.dtype == dtype and found[:16].min() >= 0.998 * np.iinfo(dtype).max
        assert found[48:].max() <= 0.002 * np.iinfo(dtype).max


def test_lossless_files_stay_exact(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    encoded = imagecodecs.avif_encode(
        pixels, level=100, matrix=0, pixelformat=imagecodecs.AVIF.PIXEL_FORMAT.YUV444, speed=8
    )
    (tmp_path / "in.avif").write_bytes(encoded)
    write_photo(read_photo(tmp_path / "in.avif"), tmp_path / "out.avif")
    assert np.array_equal(read_photo(tmp_path / "out.avif").pixels, pixels)
    assert write_photo(read_photo(tmp_path / "in.avif"), tmp_path / "out.avif", quality=50).size < len(encoded) // 2


@pytest.mark.parametrize("quality", [20, 50, 80, 95])
def test_the_quality_is_kept_unless_another_is_asked_for(quality: int, tmp_path: Path) -> None:
    grey = np.ascontiguousarray(smooth()[..., 0])
    for pixels in (smooth(), grey, np.dstack([smooth(), grey])):
        (tmp_path / "in.avif").write_bytes(encode("AVIF", pixels, quality=quality))
        before = read_photo(tmp_path / "in.avif")
        write_photo(before, tmp_path / "out.avif")
        after = read_photo(tmp_path / "out.avif")
        assert after.metadata.encoding.quantiser == before.metadata.encoding.quantiser
        write_photo(before, tmp_path / "out.avif", quality=65)
        assert read_photo(tmp_path / "out.avif").metadata.encoding.quantiser == avif._quantiser_at(65)


@pytest.mark.parametrize("colours", [(1, 13, 1, True), (12, 13, 6, True), (9, 16, 9, True), (1, 13, 8, True)])
def test_the_meaning_of_colours_is_kept(colours: tuple[int, int, int, bool], tmp_path: Path) -> None:
    write_photo(photo_of(smooth(), "AVIF", encoding=ItemEncoding(colours=ColourCodes(*colours))), tmp_path / "out.avif")
    after = read_photo(tmp_path / "out.avif")
    # YCgCo is not encoded.
    assert after.metadata.encoding.colours == (*colours[:2], 6 if colours[2] == 8 else colours[2], True)
    assert psnr(after.pixels, smooth()) > 40


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (33, 17)])
def test_any_size_is_written_and_read(size: tuple[int, int], tmp_path: Path) -> None:
    for chroma in ("420", "444"):
        write_photo(photo_of(smooth(*size), "AVIF", encoding=ItemEncoding(chroma=chroma)), tmp_path / "out.avif")
        assert psnr(read_photo(tmp_path / "out.avif").pixels, smooth(*size)) > 15


def test_a_sequence_gives_the_still_of_the_file(camera_photos: Path, tmp_path: Path) -> None:
    photo = read_photo(camera_photos / "formats" / "star.avifs", first_frame=True)
    with Image.open(camera_photos / "formats" / "star.avifs") as image:
        shown = np.asarray(image)
    assert np.array_equal(np.dstack([photo.pixels, photo.alpha]), shown)
    write_photo(photo, tmp_path / "out.avif")
    with Image.open(tmp_path / "out.avif") as image:
        assert image.n_frames == 1 and image.mode == "RGBA"


def test_broken_files_are_one_error_and_no_crash(tmp_path: Path) -> None:
    deep = imagecodecs.avif_encode(smooth().astype(np.uint16), bitspersample=10, speed=8)
    chance = random.Random(1)
    refused = 0
    for whole in (encode("AVIF"), bytes(deep)):
        for _ in range(150):
            data = bytearray(whole[: chance.choice([len(whole), chance.randrange(40, len(whole))])])
            for _ in range(chance.randrange(5)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            (tmp_path / "in.avif").write_bytes(data)
            try:
                read_photo(tmp_path / "in.avif", max_pixels=100_000)
            except PhotoError as error:
                assert "in.avif: " in str(error) and "\n" not in str(error)
                refused += 1
    assert refused > 100
