from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
import pytest

from uegan_cli.evaluation.pictures import to_lab
from uegan_cli.evaluation.set_distances import (
    BINS,
    HUE_DIRECTIONS,
    KID_MAX_PHOTOS,
    bootstrap_error,
    colour_distance,
    kernel_distance,
    lab_histograms,
    tone_distance,
    vgg_means,
)
from uegan_cli.losses.vgg_weights import load_features


def flat(*colour: int) -> np.ndarray:
    return np.broadcast_to(np.uint8(colour), (40, 60, 3))


def of(*pictures: np.ndarray) -> np.ndarray:
    return np.stack([lab_histograms(picture) for picture in pictures])


def test_a_histogram_counts_every_pixel_once_in_lightness_and_once_per_direction() -> None:
    rng = np.random.default_rng(0)
    counted = lab_histograms(rng.integers(0, 256, (50, 70, 3), np.uint8))
    assert counted.shape == ((1 + HUE_DIRECTIONS) * BINS,)
    assert counted.reshape(-1, BINS).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_the_tone_distance_is_the_shift_in_lightness() -> None:
    dark, bright = flat(60, 60, 60), flat(180, 180, 180)
    moved = float(to_lab(bright)[0, 0, 0] - to_lab(dark)[0, 0, 0])
    assert tone_distance(of(dark), of(bright)) == pytest.approx(moved, abs=1)
    assert tone_distance(of(dark, bright), of(dark, dark)) == pytest.approx(moved / 2, abs=1)
    assert tone_distance(of(dark, bright), of(bright, dark)) == 0


def test_the_colour_distance_sees_a_cast_of_any_hue_and_ignores_lightness() -> None:
    grey = of(flat(128, 128, 128))
    assert colour_distance(grey, of(flat(200, 200, 200))) < 0.5
    for hue in np.arange(8) / 8:
        cast = flat(*(round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.2, 0.6)))
        chroma = float(np.hypot(*to_lab(cast)[0, 0, 1:]))
        # Averaged over all directions, a shift of c appears as 2 c / pi, the mean of |cos|.
        assert colour_distance(grey, of(cast)) == pytest.approx(chroma * 2 / np.pi, abs=1.5)


def test_the_bootstrap_error_is_the_deviation_between_random_sets() -> None:
    rng = np.random.default_rng(1)

    def some(least: int, most: int) -> np.ndarray:
        return of(*(flat(level, level, level) for level in rng.integers(least, most, 30)))

    pairs = [(some(30, 120), some(110, 220)) for _ in range(40)]
    apart = np.std([tone_distance(*pair) for pair in pairs])
    assert np.mean([bootstrap_error(tone_distance, *pair) for pair in pairs[:8]]) == pytest.approx(apart, rel=0.35)
    assert np.isnan(bootstrap_error(tone_distance, some(30, 60), some(30, 60)[:1]))


def test_kid_is_zero_within_a_distribution_and_grows_with_the_difference() -> None:
    rng = np.random.default_rng(2)
    one, two, far = (rng.normal(shift, 1, (60, 30)).astype(np.float32) for shift in (0, 0, 1))
    near, error = kernel_distance(one, two)
    assert abs(near) < 3 * error
    assert kernel_distance(one, far)[0] > 10 * abs(near)
    assert kernel_distance(one, far) == kernel_distance(one, far), "it is reproducible"


def test_the_error_of_kid_is_the_deviation_between_random_sets() -> None:
    rng = np.random.default_rng(4)
    found = [
        kernel_distance(*(rng.normal(shift, 1, (60, 30)).astype(np.float32) for shift in (0, 1))) for _ in range(40)
    ]
    assert np.mean([error for _, error in found]) == pytest.approx(np.std([kid for kid, _ in found]), rel=0.4)


def test_kid_of_many_photos_is_taken_from_a_subset() -> None:
    rng = np.random.default_rng(3)
    many = rng.normal(0, 1, (2 * KID_MAX_PHOTOS + 5, 8)).astype(np.float32)
    assert abs(kernel_distance(many, many[:500])[0]) < 0.05


def test_photos_in_another_look_are_farther_apart_in_vgg_features(liked_photos: list[Path], vgg16_file: Path) -> None:
    from uegan_cli.photo.reading import read_upright_srgb

    features = load_features(vgg16_file)
    photos = [read_upright_srgb(path, 32) for path in liked_photos[::12]]
    rows = np.stack([vgg_means(photo, features) for photo in photos])
    dark = np.stack([vgg_means((photo // 3).astype(np.uint8), features) for photo in photos])
    assert rows.shape == (len(photos), 1472)
    assert kernel_distance(dark, rows[::-1].copy())[0] > 2 * abs(kernel_distance(rows[::2], rows[1::2])[0])
