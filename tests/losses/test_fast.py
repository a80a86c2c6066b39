"""The fast kernel computes what the plain form beside it computes, forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from uegan_cli.losses.fast import normalised_error, normalised_error_plain


def maps(*shape: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    x, y = torch.randn(*shape), 2 * torch.randn(*shape) + 1
    return x, y.requires_grad_()


def value_and_gradient(kernel: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    value = kernel(x, y)
    return value.detach(), torch.autograd.grad(3 * value, y)[0]


@pytest.mark.parametrize("shape", [(2, 4, 16, 16), (1, 8, 6, 9), (3, 2, 2, 2)])
def test_fast_and_plain_form_agree(shape: tuple[int, ...]) -> None:
    x, y = maps(*shape)
    ours, plain = value_and_gradient(normalised_error, x, y), value_and_gradient(normalised_error_plain, x, y)
    assert torch.allclose(ours[0], plain[0])
    assert torch.allclose(ours[1], plain[1], atol=1e-4 * float(plain[1].abs().max()))


def test_half_precision_maps_are_compared_in_full_precision() -> None:
    x, y = maps(2, 4, 16, 16)
    y = y.detach().bfloat16().requires_grad_()
    value, gradient = value_and_gradient(normalised_error, x, y)
    assert value.dtype == torch.float32 and gradient.dtype == torch.bfloat16
    assert torch.allclose(value, normalised_error_plain(x, y))


def test_the_gradient_has_its_channels_last_like_the_maps() -> None:
    x, y = (tensor.detach().to(memory_format=torch.channels_last) for tensor in maps(2, 4, 16, 16))
    _, gradient = value_and_gradient(normalised_error, x, y.requires_grad_())
    assert gradient.is_contiguous(memory_format=torch.channels_last)
