"""Raws are developed to what the sensor saw, as bright as the camera shows them, and refused in one line if broken."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from uegan_cli.errors import OutputError, PhotoError
from uegan_cli.photo.orientation import upright
from uegan_cli.photo.photo import Metadata, OutputMetadata, Pixels
from uegan_cli.photo.raw import format as raw
from uegan_cli.photo.reading import read_photo, read_upright_srgb
from uegan_cli.photo.writing import write_photo

from . import dng


@pytest.fixture
def scene() -> Pixels:
    """64 x 96 x 3, smooth, every corner different."""
    y, x = np.mgrid[0:64, 0:96]
    red, green, blue = 40 + x * 1.8, 60 + y * 2.5, 120 + 60 * np.sin(x / 12) * np.cos(y / 9)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def photo_file(folder: Path, data: bytes) -> Path:
    path = folder / "photo.dng"
    path.write_bytes(data)
    return path


def psnr(one: Pixels, other: Pixels) -> float:
    return float(-10 * np.log10(np.mean((scaled(one) - scaled(other)) ** 2)))


def scaled(pixels: Pixels) -> Pixels:
    return pixels / np.iinfo(pixels.dtype).max


def test_a_raw_is_developed_to_the_colours_that_the_sensor_saw(scene: Pixels, tmp_path: Path) -> None:
    photo = read_photo(photo_file(tmp_path, dng.dng(scene, preview=dng.jpeg(scene))))
    assert (photo.format, photo.grey, photo.alpha, photo.profile) == ("RAW", False, None, None)
    assert psnr(photo.pixels, scene) > 38


def test_the_colours_of_a_real_photo_come_back(shared_data: Path, tmp_path: Path) -> None:
    with Image.open(shared_data / "large" / "elementary__Croatia.jpg") as image:
        image.draft("RGB", (600, 450))
        picture = np.asarray(image.convert("RGB").resize((600, 450)))
    photo = read_photo(photo_file(tmp_path, dng.dng(picture, preview=dng.jpeg(picture))))
    assert psnr(photo.pixels, picture) > 28


def test_sixteen_bits_are_all_used(scene: Pixels, tmp_path: Path) -> None:
    pixels = read_photo(photo_file(tmp_path, dng.dng(scene))).pixels
    assert pixels.dtype == np.uint16 and len(np.unique(pixels)) > 2000


@pytest.mark.parametrize("light", [0.06, 0.25, 1.0])
def test_the_photo_is_as_bright_as_the_preview_however_it_was_exposed(
    scene: Pixels, tmp_path: Path, light: float
) -> None:
    pixels = read_photo(photo_file(tmp_path, dng.dng(scene, light=light, preview=dng.jpeg(scene)))).pixels
    assert scaled(pixels).mean() == pytest.approx(scaled(scene).mean(), abs=0.005)


def test_without_a_preview_a_grey_card_is_exposed_as_in_iso_12232(tmp_path: Path) -> None:
    card = np.full((64, 96, 3), round(255 * dng.srgb(0.128)), np.uint8)
    pixels = scaled(read_photo(photo_file(tmp_path, dng.dng(card))).pixels)
    assert np.allclose(pixels, dng.srgb(0.18), atol=0.005)


def test_a_broken_preview_is_ignored(scene: Pixels, tmp_path: Path) -> None:
    preview = dng.jpeg(scene // 2)
    with_one = dng.dng(scene, preview=preview)
    without = read_photo(photo_file(tmp_path, dng.dng(scene))).pixels
    for broken in (bytes(len(preview)), preview[:20].ljust(len(preview), b"\0")):
        assert np.array_equal(read_photo(photo_file(tmp_path, with_one.replace(preview, broken))).pixels, without)


def test_pixels_that_saturate_the_sensor_are_white(tmp_path: Path) -> None:
    flash = np.full((64, 96, 3), 255, np.uint8)
    pixels = read_photo(photo_file(tmp_path, dng.dng(flash, light=2.0, preview=dng.jpeg(flash // 4)))).pixels
    assert np.all(pixels >= 65530)


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_is_undone_and_kept(scene: Pixels, tmp_path: Path, turn: int) -> None:
    path = photo_file(tmp_path, dng.dng(scene, orientation=turn, preview=dng.jpeg(scene)))
    photo = read_photo(path)
    assert photo.metadata.orientation == turn
    assert psnr(photo.pixels, upright(scene, turn)) > 38
    written = read_photo(write_photo(photo, tmp_path / "out.jpg").path)
    assert written.metadata.orientation == turn
    assert psnr(written.pixels, photo.pixels) > 35


def test_the_margin_that_the_camera_does_not_show_is_cut_off(scene: Pixels, tmp_path: Path) -> None:
    crop = (dng.number(dng.DngTag.DEFAULT_CROP_ORIGIN, 6, 4), dng.number(dng.DngTag.DEFAULT_CROP_SIZE, 80, 50))
    path = photo_file(tmp_path, dng.dng(scene, sensor=crop, preview=dng.jpeg(scene[4:54, 6:86])))
    pixels = read_photo(path).pixels
    assert pixels.shape == (50, 80, 3)
    assert psnr(pixels, scene[4:54, 6:86]) > 38


def test_a_quarter_of_the_pixels_is_developed_if_that_is_enough(scene: Pixels) -> None:
    crop = (dng.number(dng.DngTag.DEFAULT_CROP_ORIGIN, 6, 4), dng.number(dng.DngTag.DEFAULT_CROP_SIZE, 80, 50))
    data = dng.dng(scene, sensor=crop, preview=dng.jpeg(scene[4:54, 6:86]))
    for enough, size in (((40, 25), (25, 40, 3)), ((41, 25), (50, 80, 3)), (None, (50, 80, 3))):
        picture = raw.read(io.BytesIO(data)).picture
        assert picture.size == (80, 50)
        decoded = picture.decode(enough)
        assert isinstance(decoded, np.ndarray) and decoded.shape == size
        assert scaled(decoded).mean() == pytest.approx(scaled(scene[4:54, 6:86]).mean(), abs=0.01)


def test_a_small_picture_for_training_is_that_of_the_raw(scene: Pixels, tmp_path: Path) -> None:
    small = read_upright_srgb(photo_file(tmp_path, dng.dng(scene, preview=dng.jpeg(scene))), 32)
    expected = np.asarray(Image.fromarray(scene).resize((48, 32), Image.Resampling.LANCZOS))
    assert small.dtype == np.uint8 and psnr(small, expected) > 32


def test_a_sensor_without_colour_filters_makes_a_greyscale_photo(scene: Pixels, tmp_path: Path) -> None:
    grey = np.repeat(scene[..., :1], 3, axis=2)
    photo = read_photo(photo_file(tmp_path, dng.dng(scene, colours=False, preview=dng.jpeg(grey))))
    assert photo.grey and psnr(photo.pixels, grey) > 38
    with Image.open(write_photo(photo, tmp_path / "out.jpg").path) as image:
        assert image.mode == "L"


def test_a_raw_becomes_a_jpeg_or_a_tiff_of_sixteen_bits(scene: Pixels, tmp_path: Path) -> None:
    photo = read_photo(photo_file(tmp_path, dng.dng(scene)))
    assert read_photo(write_photo(photo, tmp_path / "out.jpg").path).format == "JPEG"
    tiff = read_photo(write_photo(photo, tmp_path / "out.tif", format="TIFF").path)
    assert tiff.format == "TIFF" and np.array_equal(tiff.pixels, photo.pixels)


def test_a_raw_is_not_written() -> None:
    with pytest.raises(OutputError, match="JPEG or a TIFF"):
        raw.write(io.BytesIO(), Image.new("RGB", (1, 1)), OutputMetadata(Metadata("RAW"), None, (), None), None)


def refusal(path: Path, **options: int) -> str:
    with pytest.raises(PhotoError) as raised:
        read_photo(path, **options)
    message = str(raised.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


def test_a_truncated_raw_is_refused(scene: Pixels, tmp_path: Path) -> None:
    whole = dng.dng(scene)
    for length in (len(whole) - 1000, len(whole) // 2, 700):
        assert "broken photo" in refusal(photo_file(tmp_path, whole[:length]))


def test_a_raw_that_libraw_does_not_know_is_refused_with_a_way_out(scene: Pixels, tmp_path: Path) -> None:
    data = dng.dng(scene).replace(struct.pack("<HHIHH", 0x0103, 3, 1, 1, 0), struct.pack("<HHIHH", 0x0103, 3, 1, 9, 0))
    assert "Adobe DNG Converter" in refusal(photo_file(tmp_path, data))


def test_a_raw_with_too_many_pixels_is_refused_before_it_is_developed(scene: Pixels, tmp_path: Path) -> None:
    assert "96 x 64 pixels" in refusal(photo_file(tmp_path, dng.dng(scene)), max_pixels=1000)


@pytest.mark.parametrize("name", ["DNG.dng", "CanonRaw.cr3", "Panasonic.rw2"])
def test_a_raw_without_its_picture_is_one_clear_line(camera_photos: Path, name: str) -> None:
    assert "broken photo" in refusal(camera_photos / "formats" / name)


@settings(max_examples=150)
@given(st.data())
def test_a_broken_raw_is_a_photo_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    y, x = np.mgrid[0:24, 0:32]
    whole = dng.dng(np.stack([x * 8, y * 10, x + y], axis=-1).astype(np.uint8))
    header = len(whole) - 24 * 32 * 2
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(4, header - 1))] = data.draw(st.integers(0, 255))
    path = photo_file(tmp_path_factory.getbasetemp(), bytes(broken[: data.draw(st.integers(8, len(broken)))]))
    try:
        assert read_photo(path, max_pixels=100_000).pixels.ndim == 3
    except PhotoError as error:
        assert "\n" not in str(error)
