from __future__ import annotations

import numpy as np
import pytest
import torch

from uegan_cli.enhancement.downsampling import area_average, working_shape


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4000, 6000), (336, 512)),
        ((6000, 4000), (512, 336)),
        ((3000, 4000), (384, 512)),
        ((513, 513), (512, 512)),
        ((512, 300), (512, 300)),
        ((1, 1), (1, 1)),
        ((3, 500), (3, 500)),
        ((3, 5000), (3, 512)),
        ((40, 20000), (16, 512)),
    ],
)
def test_working_shape(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert working_shape(*shape, 512) == expected


def test_whole_factors_give_plain_means() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (96, 60, 3), np.uint8)
    expected = pixels.reshape(16, 6, 12, 5, 3).mean(axis=(1, 3))
    result = area_average(torch.from_numpy(pixels), 16, 12)
    assert np.abs(result.permute(1, 2, 0).numpy() - expected).max() < 1e-4


def test_fractional_factors_weigh_border_pixels_by_their_share() -> None:
    pixels = torch.tensor([10, 20, 30], dtype=torch.uint8)[:, None, None].expand(3, 1, 3)
    assert torch.allclose(area_average(pixels, 2, 1)[0, :, 0], torch.tensor([(10 + 10) / 1.5, (10 + 30) / 1.5]))


@pytest.mark.parametrize("shape", [(997, 31), (1, 700), (130, 130)])
def test_mean_of_the_photo_is_kept(shape: tuple[int, int]) -> None:
    pixels = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8))
    small = area_average(pixels, min(100, shape[0]), min(17, shape[1]), threads=2)
    assert torch.allclose(small.mean(dim=(1, 2)), pixels.float().mean(dim=(0, 1)), atol=1e-3)


def test_own_size_is_the_photo_itself() -> None:
    pixels = np.random.default_rng(2).integers(0, 65536, (33, 20, 3)).astype(np.uint16)
    assert np.array_equal(area_average(torch.from_numpy(pixels), 33, 20).permute(1, 2, 0).numpy(), pixels)
