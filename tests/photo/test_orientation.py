"""Views of arrays and transposed images agree on all eight orientations."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.orientation import stored, stored_image, strips, upright, upright_image
from uegan_cli.photo.photo import Pixels

CORNER = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
"""The corner that shows the first stored pixel, from the Exif standard's table of row 0 and column 0."""


@pytest.mark.parametrize("orientation", range(1, 9))
def test_views_and_images_turn_alike_and_back(picture: Pixels, orientation: int) -> None:
    seen = upright(picture, orientation)
    assert np.shares_memory(seen, picture)
    assert np.array_equal(seen[CORNER[orientation]], picture[0, 0])
    assert seen.shape[:2] == (picture.shape[:2] if orientation < 5 else picture.shape[1::-1])
    assert np.array_equal(np.asarray(upright_image(Image.fromarray(picture), orientation)), seen)
    assert np.array_equal(stored(seen, orientation), picture)
    assert np.array_equal(np.asarray(stored_image(Image.fromarray(seen.copy()), orientation)), picture)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 3), (5000, 4000), (3, 5_000_000)])
def test_strips_cover_every_row_once(height: int, width: int) -> None:
    rows = [row for part in strips(height, width) for row in range(part.start, part.stop)]
    assert rows == list(range(height))
