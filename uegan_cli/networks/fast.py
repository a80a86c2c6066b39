"""Fast kernels of the networks, each below the plain form that it replaces.

Every pair computes the same result and the same gradients, up to rounding; tests/networks/test_fast.py compares them.
What is gained was measured on CPUs: tests/benchmarks/test_training_step.py prints the ratio of whole training steps.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def narrow_conv2d_plain(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve N x C x H x W, already padded, with a k x k kernel at stride 1."""
    return F.conv2d(x, weight, bias)


def narrow_conv2d(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve to few output channels, three times as fast as `narrow_conv2d_plain`.

    A convolution to 1 or 3 channels leaves most lanes of a processor empty. The k rows of the kernel, as 1 x k
    convolutions, make k times as many channels; shifted by their row and summed, these are the same result.
    """
    channels_out, channels_in, k, _ = weight.shape
    rows = weight.permute(2, 0, 1, 3).reshape(k * channels_out, channels_in, 1, k)
    out: Tensor = _SumOfRows.apply(F.conv2d(x, rows), k)
    return out if bias is None else out + bias.view(-1, 1, 1)


class _SumOfRows(torch.autograd.Function):
    """N x kC x H+k-1 x W, one block of C channels for each kernel row -> N x C x H x W.

    The backward pass of autograd would fill k maps as large as all rows together and sum them.
    """

    @staticmethod
    def forward(context: Any, flat: Tensor, k: int) -> Tensor:
        context.k = k
        count, channels, height, width = flat.shape
        rows = flat.view(count, k, channels // k, height, width)
        return torch.stack([rows[:, row, :, row : row + height - k + 1] for row in range(k)]).sum(dim=0)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        last = context.k - 1
        return torch.cat([F.pad(gradient, (0, 0, row, last - row)) for row in range(context.k)], dim=1), None


def spectral_conv2d_plain(x: Tensor, weight: Tensor, bias: Tensor, sigma: Tensor, stride: int) -> Tensor:
    """Convolve N x C x H x W, already padded, with the weight divided by its largest singular value `sigma`."""
    return F.conv2d(x, weight / sigma, bias, stride)


def spectral_conv2d(x: Tensor, weight: Tensor, bias: Tensor, sigma: Tensor, stride: int) -> Tensor:
    """Convolve as `spectral_conv2d_plain` does, dividing the map instead of the weight.

    In the deep stages of the discriminator the weight is much larger than the maps, forwards and backwards.
    """
    out = F.conv2d(x, weight, stride=stride)
    return torch.addcmul(bias.to(out.dtype)[:, None, None], out, sigma.reciprocal().to(out.dtype))


def channel_statistics_plain(z: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and (biased) variance of each channel of N x C x H x W, each N x C x 1 x 1 in float32."""
    variance, mean = torch.var_mean(z.float(), dim=(2, 3), correction=0, keepdim=True)
    return mean, variance


def channel_statistics(z: Tensor) -> tuple[Tensor, Tensor]:
    """Return what `channel_statistics_plain` returns, in a quarter of the time on a CPU."""
    mean, variance = _ChannelStatistics.apply(z)
    return mean, variance


class _ChannelStatistics(torch.autograd.Function):
    """Two passes forwards, since torch.var_mean is slow; one map backwards, where autograd makes five."""

    @staticmethod
    def forward(context: Any, z: Tensor) -> tuple[Tensor, Tensor]:
        full = z.float()
        mean = full.mean(dim=(2, 3), keepdim=True)
        context.save_for_backward(z, mean)
        return mean, (full - mean).square().mean(dim=(2, 3), keepdim=True)

    @staticmethod
    @once_differentiable
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        z, mean = context.saved_tensors
        of_mean, of_variance = (gradient / z[0, 0].numel() for gradient in gradients)
        return torch.addcmul((of_mean - 2 * of_variance * mean).to(z.dtype), z, (2 * of_variance).to(z.dtype))


def upsample_twice_plain(x: Tensor) -> Tensor:
    """Upsample N x C x H x W by 2, bilinearly, with aligned corners, as the authors' networks were trained."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


def upsample_twice(x: Tensor) -> Tensor:
    """Upsample as `upsample_twice_plain` does, with a backward pass that takes a seventh of the time.

    The gradient that arrives is a slice of a concatenation. torch does not recognise it as channels last and falls
    back to a slow kernel.
    """
    out = upsample_twice_plain(x)
    if out.requires_grad:
        out.register_hook(_channels_last)  # type: ignore[no-untyped-call]
    return out


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)
