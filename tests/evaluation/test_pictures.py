from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.evaluation.fivek import Pair, pairs
from uegan_cli.evaluation.pictures import IncomparableError, at_one_size
from uegan_cli.evaluation.psnr_ssim import psnr

__all__ = ["pairs"]


def test_pictures_of_different_sizes_are_compared_at_the_smaller_one(pairs: list[Pair]) -> None:
    one, two = pairs[0]
    half = np.asarray(Image.fromarray(two).resize((two.shape[1] // 2, two.shape[0] // 2), Image.Resampling.LANCZOS))
    a, b = at_one_size(one, half)
    assert a.shape == b.shape == half.shape
    assert psnr(a, b) == pytest.approx(psnr(one, two), abs=1)


def test_pictures_of_different_shapes_are_not_compared() -> None:
    with pytest.raises(IncomparableError, match="40 x 30 and 30 x 40"):
        at_one_size(np.zeros((30, 40, 3), np.uint8), np.zeros((40, 30, 3), np.uint8))
