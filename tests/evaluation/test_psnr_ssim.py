from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tests.evaluation.fivek import Pair, pairs
from uegan_cli.evaluation.pictures import IncomparableError
from uegan_cli.evaluation.psnr_ssim import BORDER, luma_ssim, psnr, ssim

__all__ = ["pairs"]


def inner(picture: np.ndarray) -> np.ndarray:
    return picture[BORDER:-BORDER, BORDER:-BORDER]


def as_tensor(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(inner(picture))).permute(2, 0, 1)[None].double()


def test_psnr_equals_that_of_torchmetrics_and_scikit_image(pairs: list[Pair]) -> None:
    from skimage.metrics import peak_signal_noise_ratio
    from torchmetrics.functional.image import peak_signal_noise_ratio as of_torchmetrics

    for one, two in pairs:
        assert psnr(one, two) == pytest.approx(peak_signal_noise_ratio(inner(one), inner(two)), abs=1e-4)
        found = of_torchmetrics(as_tensor(one), as_tensor(two), data_range=255.0)
        assert psnr(one, two) == pytest.approx(float(found), abs=1e-4)


def test_ssim_equals_that_of_torchmetrics_where_the_window_lies_inside_the_picture(pairs: list[Pair]) -> None:
    """torchmetrics averages over mirrored edges too, which changes the third decimal; Wang et al. do not."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    for one, two in ((one[:200, :200], two[:200, :200]) for one, two in pairs):
        _, whole = structural_similarity_index_measure(
            as_tensor(one), as_tensor(two), sigma=1.5, kernel_size=11, data_range=255.0, return_full_image=True
        )
        assert ssim(one, two) == pytest.approx(float(whole[..., 5:-5, 5:-5].mean()), abs=1e-4)


def test_equal_pictures_have_the_best_values(pairs: list[Pair]) -> None:
    one = pairs[0][0]
    assert psnr(one, one) == 100.0
    assert ssim(one, one) == luma_ssim(one, one) == 1.0


def test_ssim_is_the_same_in_strips_and_whole(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    for one, two in pairs:
        found = []
        for rows in (1, 7, 128, 1 << 30):
            monkeypatch.setattr("uegan_cli.evaluation.psnr_ssim._ROWS_AT_A_TIME", rows)
            found.append(ssim(one[:150], two[:150]))
        assert found == pytest.approx([found[-1]] * 4, abs=1e-12)


def test_luma_ssim_is_blind_to_a_cast_and_sees_blur() -> None:
    rng = np.random.default_rng(0)
    picture = np.repeat(np.repeat(rng.integers(0, 255, (20, 20, 3), np.uint8), 8, 0), 8, 1)
    smaller = Image.fromarray(picture).resize((20, 20), Image.Resampling.BOX)
    blurred = np.asarray(smaller.resize((160, 160), Image.Resampling.BICUBIC))
    shifted = np.stack([picture[..., 0] // 2 + 30, picture[..., 1], picture[..., 2]], axis=2)
    assert luma_ssim(picture, shifted) > luma_ssim(picture, blurred)


def test_a_picture_smaller_than_the_window_is_refused() -> None:
    tiny = np.zeros((12, 40, 3), np.uint8)
    with pytest.raises(IncomparableError, match="40 x 12 pixels are too few"):
        ssim(tiny, tiny)
