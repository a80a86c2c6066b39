from __future__ import annotations

from pathlib import Path

import numpy as np

from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.jobs.local_engine import MultiDeviceEnhancer
from uegan_cli.photo.reading import read_photo
from uegan_cli.styles.file import Style


def test_a_photo_goes_to_the_device_with_the_fewest_photos(bright: Style, source: Path) -> None:
    used = []

    class Counting(Enhancer):
        def enhance(self, photo):
            used.append(self)
            return super().enhance(photo)

    pair = [Counting(bright, device="cpu") for _ in range(2)]
    enhancers = MultiDeviceEnhancer(pair)
    photo = read_photo(source / "a.jpg")
    first = enhancers.enhance(photo)
    assert np.array_equal(first.pixels, pair[1].enhance(photo).pixels)
    assert (enhancers.style, enhancers.strength) == (bright, 1.0)
