from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from uegan_cli.photo.colour import from_srgb, is_broken, is_srgb, to_srgb
from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.reading import read_photo


@pytest.fixture
def adobe_rgb(camera_photos: Path) -> bytes:
    profile = read_photo(camera_photos / "icc" / "Morning_Mist_AdobeRGB.jpg").profile
    assert profile is not None
    return profile


@pytest.fixture
def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_there_is_nothing_to_convert_without_a_profile_or_in_srgb(picture: Pixels, srgb: bytes) -> None:
    for profile in (None, srgb):
        assert to_srgb(picture, profile) is picture and from_srgb(picture, profile) is picture


def test_srgb_is_known_by_what_it_does(camera_photos: Path) -> None:
    for path, expected in (
        ("icc/Photoshop_3.jpg", True),
        ("icc/paris_exif_xmp_icc.jpg", True),
        ("corrupt/Issue_614.jpg", True),
        ("icc/Canon_EOS_7D_AdobeRGB.jpg", False),
        ("mpf_gainmap/apple_gainmap_old.jpg", False),
    ):
        assert is_srgb(read_photo(camera_photos / path).profile) is expected, path


def test_a_wide_colour_is_more_vivid_in_srgb_numbers(adobe_rgb: bytes) -> None:
    muted = np.array([[[100, 160, 90]]], np.uint8)
    red, green, _ = to_srgb(muted, adobe_rgb)[0, 0]
    assert green >= 160 and red < 90


def test_colours_within_srgb_survive_there_and_back(picture: Pixels, adobe_rgb: bytes) -> None:
    wide = from_srgb(picture, adobe_rgb)
    assert not np.array_equal(wide, picture)
    assert np.abs(to_srgb(wide, adobe_rgb).astype(int) - picture).max() <= 10
    assert np.abs(to_srgb(wide, adobe_rgb).astype(int) - picture).mean() < 0.5


def test_views_are_converted_and_results_can_be_written_to(picture: Pixels, adobe_rgb: bytes) -> None:
    view = picture[::-1, ::2]
    converted = to_srgb(view, adobe_rgb)
    assert np.array_equal(converted, to_srgb(picture, adobe_rgb)[::-1, ::2])
    assert converted.flags.writeable


def test_broken_and_greyscale_profiles_leave_the_pixels_alone(picture: Pixels, srgb: bytes) -> None:
    grey = srgb[:16] + b"GRAY" + srgb[20:]
    for profile in (b"", b"junk", srgb[:200], bytes(4096), grey):
        assert to_srgb(picture, profile) is picture and from_srgb(picture, profile) is picture
    assert is_broken(b"junk") and is_broken(srgb[:200])
    assert not is_broken(grey) and not is_broken(srgb)


def test_a_profile_for_other_channels_is_broken(camera_photos: Path) -> None:
    with Image.open(camera_photos / "icc" / "Kiara_progressive_CMYK_FOGRA27.jpg") as image:
        assert is_broken(image.info["icc_profile"])


def test_conversion_is_safe_in_threads(adobe_rgb: bytes) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(16)]
    own = ImageCms.ImageCmsProfile(io.BytesIO(adobe_rgb))
    transform = ImageCms.buildTransform(
        own, ImageCms.createProfile("sRGB"), "RGB", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    expected = [np.asarray(ImageCms.applyTransform(Image.fromarray(picture), transform)) for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda picture: to_srgb(picture, adobe_rgb), pictures))
    assert all(np.array_equal(a, b) for a, b in zip(results, expected, strict=True))
