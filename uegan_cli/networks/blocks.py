"""Building blocks of both networks: "same" convolutions padded by reflection, padding to multiples, initial weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .fast import narrow_conv2d

SLOPE = 0.2
"""Negative slope of every LeakyReLU in the paper's networks."""


class SameConv(nn.Conv2d):
    """A convolution with an odd kernel that keeps H x W (divided by the stride), padded by reflection."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int = 1, bias: bool = True) -> None:
        super().__init__(channels_in, channels_out, kernel, stride, bias=bias)
        self.border = kernel // 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.mirror_border(x))

    def mirror_border(self, x: Tensor) -> Tensor:
        """Pad the map by the margin that the kernel needs."""
        if not self.border:
            return x
        # Autocast would convert bfloat16 to float32 and back, although padding rounds nothing.
        with torch.autocast(x.device.type, enabled=False):
            return F.pad(x, [self.border] * 4, mode="reflect")


class NarrowConv(SameConv):
    """A SameConv to few output channels, at stride 1."""

    def forward(self, x: Tensor) -> Tensor:
        return narrow_conv2d(self.mirror_border(x), self.weight, self.bias)


class ConvBlock(SameConv):
    """A SameConv, then LeakyReLU(0.2)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu_(super().forward(x), SLOPE)


class Padding(NamedTuple):
    """A mirrored margin that extends H x W to multiples of 16, so that the skips of the U-Net match in size."""

    height: int
    width: int
    multiple: int = 16

    def pad(self, x: Tensor) -> Tensor:
        """Extend N x C x H x W to multiples of 16, with the photo in the upper left corner."""
        for dim, size in ((2, self.height), (3, self.width)):
            if size % self.multiple:
                x = x.index_select(dim, _mirrored(size, -size % self.multiple, x.device))
        return x

    def crop(self, x: Tensor) -> Tensor:
        """Cut the photo out of the upper left corner."""
        return x[..., : self.height, : self.width]


def _mirrored(size: int, margin: int, device: torch.device) -> Tensor:
    """Return indices 0 .. size-1, then a margin that runs back and forth, however small the photo is."""
    index = torch.arange(size + margin, device=device)
    period = max(1, 2 * (size - 1))
    index = index % period
    return torch.minimum(index, period - index) if size > 1 else torch.zeros_like(index)


def initialise_like_the_paper(network: nn.Module, gain: float = 0.02) -> None:
    """Set orthogonal weights with gain 0.02 and zero biases (section IV-B): G starts as nearly the identity."""
    for conv in _convolutions(network):
        nn.init.orthogonal_(conv.weight, gain)


def initialise_to_learn_fast(network: nn.Module) -> None:
    """Set weights that keep the variance of activations through LeakyReLU(0.2), and zero biases (He et al., 2015).

    With the paper's gain a signal shrinks fifty-fold at every layer, and the deep stages start to learn late.
    """
    for conv in _convolutions(network):
        nn.init.kaiming_normal_(conv.weight, SLOPE)


def _convolutions(network: nn.Module) -> Iterator[nn.Conv2d]:
    """Yield all convolutions, with their biases set to zero."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            if module.bias is not None:
                nn.init.zeros_(module.bias)
            yield module
