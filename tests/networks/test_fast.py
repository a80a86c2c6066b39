"""Each fast kernel computes what the plain form beside it computes, forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from uegan_cli.networks import fast

Kernel = Callable[..., Tensor | tuple[Tensor, ...]]


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def inputs(name: str) -> tuple[tuple[Tensor, ...], tuple[object, ...]]:
    """Tensors that are differentiated, and what else a kernel takes."""
    torch.manual_seed(0)
    return {
        "narrow_conv2d": ((random(2, 6, 13, 17), random(3, 6, 7, 7), random(3)), ()),
        "spectral_conv2d": ((random(2, 6, 13, 17), random(8, 6, 5, 5), random(8), random(1).square()[0]), (2,)),
        "upsample_twice": ((random(2, 6, 5, 7),), ()),
    }[name]


def results(kernel: Kernel, tensors: tuple[Tensor, ...], others: tuple[object, ...]) -> list[Tensor]:
    """The output of a kernel and the gradients of all that it takes."""
    out = kernel(*tensors, *others)
    outputs = [out] if isinstance(out, Tensor) else list(out)
    loss = torch.stack([(output * torch.linspace(-1, 1, output.numel()).view_as(output)).sum() for output in outputs])
    return [*outputs, *torch.autograd.grad(loss.sum(), tensors)]


@pytest.mark.parametrize("name", ["narrow_conv2d", "spectral_conv2d", "upsample_twice"])
def test_fast_and_plain_form_agree(name: str) -> None:
    tensors, others = inputs(name)
    fast_results = results(getattr(fast, name), tensors, others)
    plain_results = results(getattr(fast, f"{name}_plain"), tensors, others)
    for ours, plain in zip(fast_results, plain_results, strict=True):
        assert torch.allclose(ours, plain)


def test_fast_and_plain_statistics_agree() -> None:
    torch.manual_seed(0)
    z = torch.randn(2, 6, 13, 17, requires_grad=True)
    for ours, plain in zip(
        results(fast.channel_statistics, (z,), ()), results(fast.channel_statistics_plain, (z,), ()), strict=True
    ):
        assert torch.allclose(ours, plain, atol=1e-6)


def test_a_narrow_convolution_can_be_differentiated_twice() -> None:
    x, weight = random(1, 2, 6, 7), random(1, 2, 5, 5)
    assert torch.autograd.gradgradcheck(lambda x: fast.narrow_conv2d(x, weight, None).square(), x)


def test_a_sliced_gradient_is_made_channels_last() -> None:
    """The case that `upsample_twice` is for: the gradient of a concatenation."""
    x = torch.randn(1, 8, 6, 6).contiguous(memory_format=torch.channels_last).requires_grad_()
    arrived: list[bool] = []
    up = fast.upsample_twice(x)
    up.register_hook(lambda g: arrived.append(g.is_contiguous(memory_format=torch.channels_last)))
    torch.cat([up, torch.zeros_like(up)], dim=1).square().sum().backward()
    assert arrived == [True]
