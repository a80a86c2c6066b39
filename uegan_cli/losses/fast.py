"""The fast kernel of the fidelity loss, below the plain form that it replaces; tests/losses/test_fast.py compares them.

Both compute the same value and the same gradient, up to rounding.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

EPS = 1e-5


def normalised_error_plain(x: Tensor, y: Tensor) -> Tensor:
    """Return the mean squared error of two maps, N x C x H x W, after instance normalisation. Scalar, float32."""
    return F.mse_loss(F.instance_norm(y.float(), eps=EPS), F.instance_norm(x.float(), eps=EPS))


def normalised_error(x: Tensor, y: Tensor) -> Tensor:
    """Return what `normalised_error_plain` returns, with a gradient for `y` alone, in the memory format of `y`.

    The gradient of the plain form has its channels first, which every layer of the VGG would have to convert.
    """
    error: Tensor = _NormalisedError.apply(x, y)
    return error


class _NormalisedError(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, y: Tensor) -> Tensor:
        (x_normal, _), (y_normal, scale) = _normalise(x), _normalise(y)
        error = y_normal - x_normal
        context.save_for_backward(error, y_normal, scale)
        context.dtype = y.dtype
        return error.square().mean()

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[None, Tensor]:
        error, normal, scale = context.saved_tensors
        # The normalisation removes mean and scale, so the gradient has no component along either; the mean of `error`
        # is zero already.
        along = (error * normal).mean(dim=(2, 3), keepdim=True)
        scale = scale * (2 / error.numel() * gradient)
        return None, torch.addcmul(scale * error, normal, -along * scale).to(context.dtype)


def _normalise(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return N x C x H x W, instance-normalised in float32, and the N x C x 1 x 1 factors that it was scaled by."""
    x = x.float()
    x = x - x.mean(dim=(2, 3), keepdim=True)
    scale = (x.square().mean(dim=(2, 3), keepdim=True) + EPS).rsqrt()
    return x * scale, scale
