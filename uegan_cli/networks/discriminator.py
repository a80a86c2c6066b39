"""The multi-scale discriminator, figure 2."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from .blocks import SLOPE, NarrowConv, SameConv

KERNELS = (7, 7, 7, 5, 5)


class Discriminator(nn.Module):
    """Five strided stages under spectral norm; a head after each says how liked the photo looks at that scale.

    Stage k halves the size; its map is N x 1 x H/2^k x W/2^k in (-1, 1). H and W of at least 96.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        widths = [3] + [width * 2**k for k in range(5)]
        self.stages = nn.ModuleList(
            parametrizations.spectral_norm(SameConv(c_in, c_out, kernel, stride=2))
            for c_in, c_out, kernel in zip(widths[:-1], widths[1:], KERNELS, strict=True)
        )
        self.heads = nn.ModuleList(
            NarrowConv(c, 1, kernel, bias=False) for c, kernel in zip(widths[1:], KERNELS, strict=True)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """N x 3 x H x W in [-1, 1] -> the five prediction maps, finest first."""
        maps = []
        for stage, head in zip(self.stages, self.heads, strict=True):
            x = F.leaky_relu(stage(x), SLOPE)
            maps.append(torch.tanh(head(x).float()))
        return maps
