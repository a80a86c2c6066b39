from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from uegan_cli.look.local_contrast import LocalContrast
from uegan_cli.look.srgb import luma


def clouds(height: int = 192, width: int = 256) -> Tensor:
    """Soft structure about as large as the neighbourhoods are."""
    coarse = torch.rand(1, 3, 25, 33, generator=torch.Generator().manual_seed(0)) - 0.5
    return F.interpolate(0.4 * coarse, (height, width), mode="bicubic")


def structure(x: Tensor) -> float:
    return float(luma(x).std())


def test_it_starts_as_the_identity() -> None:
    x = clouds()
    assert LocalContrast()(x) is x


def test_gain_is_what_structure_gains() -> None:
    x = clouds()
    assert 1.35 < structure(LocalContrast(0.5)(x)) / structure(x) < 1.5
    assert structure(LocalContrast(-0.5)(x)) < 0.75 * structure(x)


def test_what_is_larger_stays_and_colours_keep_their_differences() -> None:
    x = clouds()
    y = LocalContrast(0.5)(x)
    assert F.avg_pool2d(y - x, 64).abs().max() < 0.01
    assert torch.allclose((y - y[:, :1]), (x - x[:, :1]), atol=1e-6)


def test_a_strong_edge_gets_no_halo() -> None:
    edge = torch.full((1, 3, 96, 192), -0.7)
    edge[..., 96:] = 0.7
    y = LocalContrast(1.0)(edge)
    assert (y - edge).abs().max() < 0.25, "without the guidance 0.7 on either side"


def test_the_inverse_removes_it_again() -> None:
    x, layer = clouds(), LocalContrast(0.6)
    assert (layer.inverse()(layer(x)) - x).abs().mean() < 0.1 * (layer(x) - x).abs().mean()


@pytest.mark.parametrize("scale", [2, 4])
def test_a_photo_is_changed_alike_at_any_size(scale: int) -> None:
    layer, small = LocalContrast(0.5), clouds(160, 200)
    large = F.interpolate(small, scale_factor=scale, mode="bilinear", align_corners=False)
    change = F.interpolate(layer(large) - large, small.shape[2:], mode="area")
    assert (change - (layer(small) - small)).abs().mean() < 0.05 * (layer(small) - small).abs().mean()


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (17, 40)])
def test_any_size_will_do(shape: tuple[int, int]) -> None:
    assert LocalContrast(0.5)(torch.zeros(1, 3, *shape)).shape == (1, 3, *shape)


def test_a_gradient_goes_through() -> None:
    x = clouds().requires_grad_()
    LocalContrast(0.5)(x).square().sum().backward()
    assert x.grad is not None and x.grad.abs().sum() > 0
