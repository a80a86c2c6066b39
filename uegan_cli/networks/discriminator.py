"""The multi-scale discriminator, figure 2."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import SLOPE, NarrowConv, SameConv

KERNELS = (7, 7, 7, 5, 5)
FIRST_ITERATIONS = 15


class SpectralConv(SameConv):
    """A SameConv whose weight W counts as W / sigma, sigma being its largest singular value (Miyato et al., 2018).

    u, v: sigma's singular vectors, nearly, for W as a matrix of its output channels; a pass in which W learns brings
    them nearer by one power iteration. The map is divided instead of the weight: the same result, and in the deep
    stages the weight is much larger than the maps, forwards and backwards.
    """

    u: Tensor
    v: Tensor

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int = 1) -> None:
        super().__init__(channels_in, channels_out, kernel, stride)
        self.register_buffer("u", F.normalize(torch.randn(channels_out), dim=0))
        self.register_buffer("v", F.normalize(torch.randn(channels_in * kernel**2), dim=0))
        for _ in range(FIRST_ITERATIONS):
            self._iterate()

    def forward(self, x: Tensor) -> Tensor:
        if self.training and self.weight.requires_grad:
            self._iterate()
        out = F.conv2d(self.mirror_border(x), self.weight, stride=self.stride)
        bias = self.get_parameter("bias").to(out.dtype)[:, None, None]
        return torch.addcmul(bias, out, self.sigma().reciprocal().to(out.dtype))

    def sigma(self) -> Tensor:
        """The largest singular value of the weight, in full precision. Scalar; W learns through it."""
        with torch.autocast(self.weight.device.type, enabled=False):
            # Copies: the next pass changes the vectors, and the way back needs them as they are now.
            return self.u.clone() @ (self._matrix() @ self._turned(self.v, 1, 2, 0))

    @torch.no_grad()
    def _iterate(self) -> None:
        with torch.autocast(self.weight.device.type, enabled=False):
            matrix = self._matrix()
            self.u.copy_(F.normalize(matrix @ self._turned(self.v, 1, 2, 0), dim=0))
            self.v.copy_(self._turned(F.normalize(matrix.T @ self.u, dim=0), 2, 0, 1))

    def _matrix(self) -> Tensor:
        """The weight, its columns in the order that channels last has in memory: so the large one is not copied."""
        return self.weight.permute(0, 2, 3, 1).flatten(1)

    def _turned(self, v: Tensor, *order: int) -> Tensor:
        """A row of W from the order of W's indices into that of the matrix, (1, 2, 0), or back, (2, 0, 1)."""
        sides = [self.in_channels, *self.kernel_size]
        return v.view(sides if order == (1, 2, 0) else [*sides[1:], sides[0]]).permute(order).flatten()


class Discriminator(nn.Module):
    """Five strided stages under spectral norm; a head after each says how liked the photo looks at that scale.

    Stage k halves the size; its map is N x 1 x H/2^k x W/2^k in (-1, 1). H and W of at least 96.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        widths = [3] + [width * 2**k for k in range(5)]
        self.stages = nn.ModuleList(
            SpectralConv(c_in, c_out, kernel, stride=2)
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
