"""Colours are converted between profiles and sRGB as the profiles define, and never by a broken one."""

from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from uegan_cli.photo import colour
from uegan_cli.photo.colour import from_inks, from_srgb, is_broken, is_srgb, to_inks, to_srgb
from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.reading import read_photo

from . import profiles

P3_TO_SRGB = np.array(
    [[1.2249402, -0.2249402, 0.0], [-0.0420569, 1.0420569, 0.0], [-0.0196376, -0.0786361, 1.0982735]], np.float64
)
"""The matrix for light: from the chromaticities of SMPTE EG 432-1 and IEC 61966-2-1, both with white D65."""


@pytest.fixture
def adobe_rgb(camera_photos: Path) -> bytes:
    profile = read_photo(camera_photos / "icc" / "Canon_EOS_7D_AdobeRGB.jpg").profile
    assert profile is not None
    return profile


@pytest.fixture
def display_p3(camera_photos: Path) -> bytes:
    profile = read_photo(camera_photos / "mpf_gainmap" / "apple_gainmap_old.jpg").profile
    assert profile is not None
    return profile


@pytest.fixture
def fogra(camera_photos: Path) -> bytes:
    with Image.open(camera_photos / "icc" / "Kiara_progressive_CMYK_FOGRA27.jpg") as image:
        return bytes(image.info["icc_profile"])


def light(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def coloured_light(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def colours(count: int = 5000) -> np.ndarray:
    return np.random.default_rng(0).random((1, count, 3), dtype=np.float32)


def test_pixels_without_a_profile_or_in_srgb_are_not_converted(picture: Pixels) -> None:
    for profile in (None, profiles.srgb()):
        assert to_srgb(picture, profile) is picture and from_srgb(picture, profile) is picture


def test_srgb_is_recognised_by_its_effect(camera_photos: Path) -> None:
    for path, expected in (
        ("icc/Photoshop_3.jpg", True),
        ("icc/paris_exif_xmp_icc.jpg", True),
        ("corrupt/Issue_614.jpg", True),
        ("icc/Canon_EOS_7D_AdobeRGB.jpg", False),
        ("mpf_gainmap/apple_gainmap_old.jpg", False),
    ):
        assert is_srgb(read_photo(camera_photos / path).profile) is expected, path


def test_display_p3_is_converted_by_its_definition(display_p3: bytes) -> None:
    x = colours()
    expected = coloured_light(light(x) @ P3_TO_SRGB.T).clip(0, 1)
    assert np.abs(to_srgb(x, display_p3) - expected).max() < 1e-3
    assert np.abs(to_srgb(x, colour.profile_from_code_points(12, 13)) - expected).max() < 1e-3


def test_a_wide_colour_is_more_vivid_in_srgb_numbers(adobe_rgb: bytes) -> None:
    muted = np.array([[[100, 160, 90]]], np.uint8)
    red, green, _ = to_srgb(muted, adobe_rgb)[0, 0]
    assert green >= 160 and red < 90


def test_colours_within_srgb_survive_there_and_back(adobe_rgb: bytes, display_p3: bytes) -> None:
    x = colours()
    for profile in (adobe_rgb, display_p3, profiles.pro_photo(), profiles.swapped_primaries()):
        there = from_srgb(x, profile)
        assert there.dtype == np.float32 and np.abs(there - x).max() > 0.05
        assert np.abs(to_srgb(there, profile) - x).max() < 1 / 1000


def test_colours_outside_srgb_are_clipped(display_p3: bytes) -> None:
    green = np.array([[[0, 1, 0]]], np.float32)
    assert to_srgb(green, display_p3).tolist() == [[[0, 1, 0]]]


@pytest.mark.parametrize(("kind", "levels", "mean"), [(np.uint8, 255, 1.0), (np.uint16, 65535, 0.3)])
def test_integers_differ_from_floats_by_rounding_only(
    kind: type[np.unsignedinteger], levels: int, mean: float, adobe_rgb: bytes
) -> None:
    x = (colours() * levels).round()
    converted = to_srgb(x.astype(kind), adobe_rgb)
    assert converted.dtype == kind
    apart = np.abs(converted / levels - to_srgb((x / levels).astype(np.float32), adobe_rgb)) * 255
    assert apart.mean() < mean and np.percentile(apart, 99) < 4


def test_views_are_converted_and_results_can_be_written_to(picture: Pixels, adobe_rgb: bytes) -> None:
    view = picture[::-1, ::2]
    converted = to_srgb(view, adobe_rgb)
    assert np.array_equal(converted, to_srgb(picture, adobe_rgb)[::-1, ::2])
    assert converted.flags.writeable


def test_a_greyscale_profile_is_a_tone_curve() -> None:
    x = colours()
    seen = to_srgb(x, profiles.grey(1.6))
    assert np.abs(seen - coloured_light(x.astype(np.float64) ** 1.6)).max() < 1e-3
    assert np.abs(from_srgb(seen, profiles.grey(1.6)) - x).max() < 1e-3
    assert is_srgb(colour.build_profile(None))
    grey = (x * 255).astype(np.uint8)[..., :1].repeat(3, axis=2)
    assert (to_srgb(grey, profiles.grey(1.6)) == to_srgb(grey, profiles.grey(1.6))[..., :1]).all()


def test_a_profile_without_an_inverse_converts_one_way() -> None:
    x, profile = colours(), profiles.scanner()
    assert not is_broken(profile) and not is_srgb(profile)
    assert np.abs(to_srgb(x, profile) - x[..., [1, 2, 0]]).mean() < 0.01
    assert from_srgb(x, profile) is x


def test_broken_profiles_leave_the_pixels_alone(picture: Pixels) -> None:
    srgb = profiles.swapped_primaries()
    other_channels = srgb[:16] + b"GRAY" + srgb[20:]
    for profile in (b"", b"junk", srgb[:200], bytes(4096), other_channels):
        assert is_broken(profile)
        assert to_srgb(picture, profile) is picture and from_srgb(picture, profile) is picture
    assert not is_broken(srgb)


def test_a_profile_for_other_channels_is_broken(fogra: bytes) -> None:
    assert is_broken(fogra)


def test_a_damaged_profile_converts_or_counts_as_broken(adobe_rgb: bytes, display_p3: bytes) -> None:
    """More than 40,000 damaged profiles went through the same calls without a crash."""
    rng = np.random.default_rng(0)
    x, working = colours(20), 0
    for original in (adobe_rgb, display_p3, profiles.grey(1.6), profiles.scanner()):
        for _ in range(20):
            mutant = bytearray(original)
            for place in rng.integers(0, len(mutant), rng.integers(1, 4)):
                mutant[place] = rng.integers(256)
            seen = to_srgb(x, bytes(mutant))
            assert np.isfinite(seen).all() and np.isfinite(from_srgb(seen, bytes(mutant))).all()
            working += not is_broken(bytes(mutant))
    assert 0 < working < 80


def test_conversion_is_safe_in_threads(adobe_rgb: bytes) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.random((64, 64, 3), dtype=np.float32) for _ in range(16)]
    expected = [to_srgb(picture, adobe_rgb) for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda picture: to_srgb(picture, adobe_rgb), pictures))
    assert all(np.array_equal(a, b) for a, b in zip(results, expected, strict=True))


def test_eight_bits_agree_with_pillow(picture: Pixels, adobe_rgb: bytes) -> None:
    """An independent binding of the same library."""
    own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(adobe_rgb)), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(own, srgb, "RGB", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    expected = np.asarray(ImageCms.applyTransform(Image.fromarray(picture), transform)).astype(int)
    assert np.abs(to_srgb(picture, adobe_rgb) - expected).max() <= 1


def test_primaries_and_gamma_become_a_profile() -> None:
    x = colours()
    linear = colour.build_profile(colour.SRGB_PRIMARIES, gamma=1.0)
    assert np.abs(to_srgb(x, linear) - coloured_light(x.astype(np.float64))).max() < 1e-3
    assert colour.build_profile(colour.SRGB_PRIMARIES) is None and colour.build_profile(None) is None
    assert colour.build_profile(colour.SRGB_PRIMARIES, gamma=1.0) == linear


@pytest.mark.parametrize(
    "nonsense",
    [
        {"primaries": (0.0,) * 6, "gamma": 1.8},
        {"primaries": (1.0,) * 6},
        {"primaries": colour.SRGB_PRIMARIES, "white": (0.0, 0.0)},
        {"primaries": None, "gamma": 0.45},
        {"primaries": None, "gamma": 1e9},
    ],
)
def test_impossible_primaries_and_gammas_give_no_profile(nonsense: dict[str, object]) -> None:
    assert colour.build_profile(**nonsense) is None  # type: ignore[arg-type]


def test_unknown_code_points_give_no_profile() -> None:
    assert colour.profile_from_code_points(1, 13) is None and colour.profile_from_code_points(1, 1) is None
    assert colour.profile_from_code_points(9, 16) is None, "PQ is HDR"
    assert colour.profile_from_code_points(250, 13) is None
    wide = colour.profile_from_code_points(9, 13)
    assert wide is not None and not is_srgb(wide)


def test_inks_survive_there_and_back(fogra: bytes) -> None:
    inks = np.random.default_rng(0).integers(0, 200, (40, 50, 4)).astype(np.uint8)
    rgb = from_inks(inks, fogra)
    again = from_inks(to_inks(rgb, fogra), fogra)
    assert rgb.shape == (40, 50, 3) and to_inks(rgb, fogra).shape == (40, 50, 4)
    assert np.abs(again.astype(int) - rgb).mean() < 1
    for levels in (1, 257):
        paper = from_inks(np.zeros((1, 1, 4), np.uint8 if levels == 1 else np.uint16), fogra)
        black = from_inks(np.full((1, 1, 4), 255 * levels, paper.dtype), fogra)
        assert paper.min() >= 254 * levels and black.max() <= 4 * levels


def test_cyan_ink_is_not_clipped_to_srgb(fogra: bytes) -> None:
    cyan = np.array([[[230, 20, 0, 0]]], np.uint8)
    rgb = from_inks(cyan, fogra)
    kept, cut = to_inks(rgb, fogra), to_inks(from_srgb(to_srgb(rgb, colour.print_rgb()), colour.print_rgb()), fogra)
    assert np.abs(kept.astype(int) - cyan).max() <= 6 < np.abs(cut.astype(int) - cyan).max()


def test_only_a_cmyk_profile_with_both_directions_separates(fogra: bytes) -> None:
    assert colour.can_separate(fogra)
    for other in (None, profiles.srgb(), fogra[:2000], b"junk"):
        assert not colour.can_separate(other)


def test_plain_photos_do_not_load_the_colour_library(picture: Pixels, tmp_path: Path) -> None:
    Image.fromarray(picture).save(tmp_path / "plain.jpg")
    code = (
        "import sys; from uegan_cli.photo.reading import read_upright_srgb; read_upright_srgb(sys.argv[1]); "
        "print([name for name in sys.modules if name.startswith(('imagecodecs', 'PIL.ImageCms'))])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "plain.jpg")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"
