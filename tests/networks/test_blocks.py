from __future__ import annotations

import pytest
import torch

from uegan_cli.networks.blocks import NarrowConv, Padding, SameConv, initialise_like_the_paper


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (16, 32), (17, 40), (500, 7)])
def test_padding_goes_up_to_sixteen_and_crops_back_exactly(size: tuple[int, int]) -> None:
    x = torch.rand(1, 2, *size)
    padding = Padding(*size)
    padded = padding.pad(x)
    assert all(side % 16 == 0 and side - real < 16 for side, real in zip(padded.shape[2:], size, strict=True))
    assert torch.equal(padding.crop(padded), x)


def test_padding_mirrors_without_repeating_the_edge() -> None:
    row = torch.arange(13.0).view(1, 1, 1, 13)
    assert Padding(16, 13).pad(row.expand(1, 1, 16, 13))[0, 0, 0].tolist() == [*range(13), 11, 10, 9]


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (7, 1), (3, 2), (5, 2), (7, 2)])
def test_same_convolution_keeps_the_size_divided_by_the_stride(kernel: int, stride: int) -> None:
    assert SameConv(3, 4, kernel, stride)(torch.rand(1, 3, 32, 48)).shape == (1, 4, 32 // stride, 48 // stride)


def test_the_papers_initialisation_is_orthogonal_with_gain_two_hundredths() -> None:
    conv = SameConv(3, 8, 7)
    initialise_like_the_paper(conv)
    rows = conv.weight.detach().flatten(1)
    assert torch.allclose(rows @ rows.T, 0.02**2 * torch.eye(8), atol=1e-7)
    assert conv.bias is not None and conv.bias.abs().max() == 0


@pytest.mark.parametrize(("kernel", "channels", "bias"), [(7, 3, True), (5, 1, False), (7, 1, False)])
def test_narrow_convolution_is_the_same_convolution(kernel: int, channels: int, bias: bool) -> None:
    narrow = NarrowConv(6, channels, kernel, bias=bias)
    x = torch.randn(2, 6, 13, 17)
    assert torch.allclose(narrow(x), SameConv.forward(narrow, x), atol=1e-5)
