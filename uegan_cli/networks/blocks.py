"""The parts both networks are made of: "same" convolutions padded by reflection, and sizes that divide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2
"""Negative slope of every LeakyReLU in the paper's networks."""


class SameConv(nn.Conv2d):
    """A convolution that keeps H x W (divided by the stride), its border mirrored. Odd kernels only."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int = 1, bias: bool = True) -> None:
        super().__init__(channels_in, channels_out, kernel, stride, bias=bias)
        self.border = kernel // 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.mirror_border(x))

    def mirror_border(self, x: Tensor) -> Tensor:
        """The map with the margin that the kernel needs."""
        if not self.border:
            return x
        # Autocast would pad bfloat16 in float32, there and back; padding rounds nothing.
        with torch.autocast(x.device.type, enabled=False):
            return F.pad(x, [self.border] * 4, mode="reflect")


class NarrowConv(SameConv):
    """A SameConv with few output channels, stride 1, computed row by row of its kernel.

    A convolution to 1 or 3 channels leaves most of a processor's lanes empty. As 1 x k convolutions the k rows of the
    kernel make k times as many channels; shifted by their row and added up they are the same result, in a third of the
    time.
    """

    def forward(self, x: Tensor) -> Tensor:
        k = self.kernel_size[0]
        rows = self.weight.permute(2, 0, 1, 3).reshape(k * self.out_channels, self.in_channels, 1, k)
        out: Tensor = _SumOfRows.apply(F.conv2d(self.mirror_border(x), rows), k)
        return out if self.bias is None else out + self.bias.view(-1, 1, 1)


class _SumOfRows(torch.autograd.Function):
    """N x kC x H+k-1 x W, row by row of a kernel -> N x C x H x W.

    Autograd's own way back fills k maps as large as all rows together, and adds them up.
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


class ConvBlock(SameConv):
    """SameConv, then LeakyReLU(0.2)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu_(super().forward(x), SLOPE)


class Padding(NamedTuple):
    """The mirrored margin that brings H x W up to multiples of 16, so that the skips of the U-Net meet."""

    height: int
    width: int
    multiple: int = 16

    def pad(self, x: Tensor) -> Tensor:
        """N x C x H x W -> N x C x H' x W', both multiples, the photo in the upper left corner."""
        for dim, size in ((2, self.height), (3, self.width)):
            if size % self.multiple:
                x = x.index_select(dim, _mirrored(size, -size % self.multiple, x.device))
        return x

    def crop(self, x: Tensor) -> Tensor:
        """The photo back out of the upper left corner."""
        return x[..., : self.height, : self.width]


def _mirrored(size: int, margin: int, device: torch.device) -> Tensor:
    """Indices 0 .. size-1 and a margin that runs back and forth, however small the photo is."""
    index = torch.arange(size + margin, device=device)
    period = max(1, 2 * (size - 1))
    index = index % period
    return torch.minimum(index, period - index) if size > 1 else torch.zeros_like(index)


def initialise_like_the_paper(network: nn.Module, gain: float = 0.02) -> None:
    """Orthogonal weights with gain 0.02 and zero biases (section IV-B): G starts as nearly the identity."""
    for conv in _convolutions(network):
        nn.init.orthogonal_(conv.weight, gain)


def initialise_to_learn_fast(network: nn.Module) -> None:
    """Weights that keep the size of the activations through LeakyReLU(0.2), and zero biases (He et al., 2015).

    With the paper's gain a signal shrinks fifty-fold at every layer and the deep stages start to learn late.
    """
    for conv in _convolutions(network):
        nn.init.kaiming_normal_(conv.weight, SLOPE)


def _convolutions(network: nn.Module) -> Iterator[nn.Conv2d]:
    """All convolutions, their biases set to zero."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            if module.bias is not None:
                nn.init.zeros_(module.bias)
            yield module
