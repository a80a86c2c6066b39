"""CMYK photos: read by their profile, written as CMYK with the same profile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from uegan_cli.errors import PhotoError
from uegan_cli.photo import colour
from uegan_cli.photo.photo import Photo
from uegan_cli.photo.reading import read_photo, read_upright_srgb
from uegan_cli.photo.writing import write_photo


@pytest.fixture
def source(camera_photos: Path) -> Path:
    """Progressive, YCCK, Coated FOGRA27."""
    return camera_photos / "icc" / "Kiara_progressive_CMYK_FOGRA27.jpg"


@pytest.fixture
def photo(source: Path) -> Photo:
    return read_photo(source)


def plain(photo: Photo, path: Path) -> Path:
    """The same inks as they are, without a transform, in a JPEG by Pillow."""
    inks = colour.to_inks(photo.pixels[::4, ::4], photo.separation or b"")
    image = Image.frombytes("CMYK", inks.shape[1::-1], inks.tobytes())
    image.save(path, quality=95, icc_profile=photo.separation)
    return path


def adobe_segments(photo: Photo) -> list[bytes]:
    return [segment.data for segment in photo.metadata.segments if segment.name == "APP14"]


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one.astype(int) - other)


def test_inks_become_rgb_by_their_profile(photo: Photo, source: Path) -> None:
    with Image.open(source) as image:
        inks, profile = np.asarray(image), image.info["icc_profile"]
    assert photo.separation == profile and photo.profile == colour.print_rgb()
    assert photo.pixels.shape == (740, 383, 3) and photo.pixels.dtype == np.uint8 and not photo.grey
    expected = imagecodecs.cms_transform(
        inks, profile, photo.profile, colorspace="cmyk", outcolorspace="rgb", intent=1, flags=0x2000
    )
    assert np.array_equal(photo.pixels, expected)


@pytest.mark.parametrize("kind", ["transformed", "plain"])
def test_a_cmyk_jpeg_stays_a_cmyk_jpeg(kind: str, photo: Photo, source: Path, tmp_path: Path) -> None:
    path = source if kind == "transformed" else plain(photo, tmp_path / "in.jpg")
    before = read_photo(path)
    out = tmp_path / "out.jpg"
    assert write_photo(before, out).warnings == ()
    again = read_photo(out)
    assert again.separation == before.separation and again.metadata.icc == before.metadata.icc
    assert again.metadata.encoding == before.metadata.encoding
    assert adobe_segments(again) == adobe_segments(before)
    assert apart(again.pixels, before.pixels).mean() < 1


def test_other_decoders_see_the_same_inks(photo: Photo, tmp_path: Path) -> None:
    out = tmp_path / "out.jpg"
    write_photo(photo, out)
    with Image.open(out) as image:
        inks = np.asarray(image)
    assert np.array_equal(imagecodecs.jpeg_decode(out.read_bytes()), 255 - inks), "stored inverted, as Adobe does"
    expected = colour.to_inks(photo.pixels, photo.separation or b"")
    assert apart(inks, expected).mean() < 2


def test_an_orientation_is_undone_and_redone(photo: Photo, tmp_path: Path) -> None:
    turned = replace(photo, metadata=replace(photo.metadata, orientation=6), pixels=photo.pixels[:200, :300])
    out = tmp_path / "out.jpg"
    write_photo(turned, out)
    with Image.open(out) as image:
        assert image.size == (200, 300)


def test_converting_in_strips_equals_converting_at_once(
    source: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uegan_cli.photo.orientation._STRIP_PIXELS", 383 * 100)
    assert np.array_equal(read_photo(source).pixels, photo.pixels)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_cmyk_tiff_stays_a_cmyk_tiff(bits: int, photo: Photo, tmp_path: Path) -> None:
    small = replace(photo, pixels=photo.pixels[::4, ::4])
    if bits == 16:
        small = replace(small, pixels=small.pixels.astype(np.uint16) * 257)
    first, second = tmp_path / "first.tif", tmp_path / "second.tif"
    write_photo(small, first, format="TIFF")
    before = read_photo(first)
    assert before.separation == photo.separation and before.pixels.dtype == small.pixels.dtype
    write_photo(before, second)
    again = read_photo(second)
    assert again.separation == photo.separation
    assert apart(again.pixels, small.pixels).mean() < 1.5 * (1 if bits == 8 else 257)
    assert apart(again.pixels, before.pixels).mean() < 1 * (1 if bits == 8 else 257)


def test_formats_without_inks_get_rgb_and_its_profile(photo: Photo, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    warnings = write_photo(photo, out, format="PNG").warnings
    assert any("CMYK" in warning for warning in warnings)
    again = read_photo(out)
    assert np.array_equal(again.pixels, photo.pixels)
    assert again.profile == colour.print_rgb() and again.separation is None


def test_reduced_reading_converts_inks_to_srgb(source: Path, photo: Photo) -> None:
    whole, small = read_upright_srgb(source), read_upright_srgb(source, 96)
    assert np.array_equal(whole, colour.to_srgb(photo.pixels, photo.profile))
    assert min(small.shape[:2]) == 96
    assert np.abs(small.mean((0, 1)) - whole.mean((0, 1))).max() < 6


@pytest.mark.parametrize(("profile", "what"), [(None, "no colour profile"), (b"junk", "a broken colour profile")])
def test_cmyk_without_a_working_profile_is_refused(profile: bytes | None, what: str, tmp_path: Path) -> None:
    path = tmp_path / "in.jpg"
    Image.new("CMYK", (20, 10), (200, 0, 0, 0)).save(path, icc_profile=profile)
    for read in (read_photo, read_upright_srgb):
        with pytest.raises(PhotoError, match=f"CMYK with {what}; convert it to RGB"):
            read(path)
