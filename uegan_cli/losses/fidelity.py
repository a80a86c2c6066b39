"""The fidelity loss: the enhanced photo keeps the content of the original, as VGG features see it (eq. 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..losses import LossForms

EPS = 1e-5
TAP_WEIGHTS = (1 / 64, 1 / 64, 1 / 32, 1 / 32, 1.0)


def fidelity(raw: Sequence[Tensor], enhanced: Sequence[Tensor], recipe: LossForms = "reference") -> Tensor:
    """Distance between two photos' features at relu1_1 .. relu5_1 (each N x C x H x W), summed over the taps. Scalar.

    paper: the l2 norm of the difference, tap by tap, mean over the photos.
    reference: mean squared error of the instance-normalised features, weights 1/64, 1/64, 1/32, 1/32, 1.
    """
    if recipe == "paper":
        norms = [(e.float() - r.float()).flatten(1).norm(dim=1).mean() for r, e in zip(raw, enhanced, strict=True)]
        return torch.stack(norms).sum()
    errors = [weight * _NormalisedError.apply(r, e) for weight, r, e in zip(TAP_WEIGHTS, raw, enhanced, strict=True)]
    return torch.stack(errors).sum()


class _NormalisedError(torch.autograd.Function):
    """Mean squared error of two maps (N x C x H x W) after InstanceNorm; the second one is learnt through.

    Autograd's way back would put the channels first, and every layer of the VGG would stumble over that.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, y: Tensor) -> Tensor:
        (x_normal, _), (y_normal, scale) = _normalised(x), _normalised(y)
        error = y_normal - x_normal
        context.save_for_backward(error, y_normal, scale)
        context.dtype = y.dtype
        return error.square().mean()

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[None, Tensor]:
        error, normal, scale = context.saved_tensors
        # What the norm takes out, mean and size, the gradient has no part in; the mean of `error` is zero.
        along = (error * normal).mean(dim=(2, 3), keepdim=True)
        scale = scale * (2 / error.numel() * gradient)
        return None, torch.addcmul(scale * error, normal, -along * scale).to(context.dtype)


def _normalised(x: Tensor) -> tuple[Tensor, Tensor]:
    """InstanceNorm of N x C x H x W in float32, and the N x C x 1 x 1 that it was multiplied by."""
    x = x.float()
    x = x - x.mean(dim=(2, 3), keepdim=True)
    scale = (x.square().mean(dim=(2, 3), keepdim=True) + EPS).rsqrt()
    return x * scale, scale
