"""The quality of a lossy WebP is read from its first frame."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.webp import vp8


def frame_of(pixels: Pixels, quality: int, **options: int) -> bytes:
    """The VP8 chunk of a WebP."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=quality, **options)
    data = file.getvalue()
    return data[data.index(b"VP8 ") + 8 :]


def detailed(side: int, calm: int = 0) -> Pixels:
    """Noise, smoother to the right, flat in the first `calm` columns."""
    noise = np.random.default_rng(3).normal(0, 1, (side, side, 3)).cumsum(axis=0).cumsum(axis=1)
    noise *= np.linspace(0.2, 6, side)[None, :, None]
    noise[:, :calm] = 0
    return (128 + noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("calm", [0, 60, 110])
def test_the_quality_of_an_encoded_picture_is_read_back(calm: int) -> None:
    pixels = detailed(128, calm)
    for quality in (5, 20, 40, 60, 75, 80, 90, 95, 100):
        assert abs(vp8.quality(frame_of(pixels, quality)) - quality) <= 2, quality


def test_the_encoders_speed_does_not_change_the_quality_read() -> None:
    for method in (0, 2, 6):
        assert abs(vp8.quality(frame_of(detailed(96), 80, method=method)) - 80) <= 1


def test_the_size_is_read_from_the_header() -> None:
    frame = frame_of(detailed(96)[:70], 50)
    assert vp8.size(frame[:10]) == (96, 70)
    assert vp8.size(frame[:9]) is None and vp8.size(b"nothing of the kind") is None


def test_a_header_that_is_cut_short_gives_some_quality() -> None:
    frame = frame_of(detailed(96), 50)
    for length in range(0, 40):
        assert 1 <= vp8.quality(frame[:length]) <= 100
