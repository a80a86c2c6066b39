"""The multi-scale discriminator, figure 2."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import SLOPE, NarrowConv, SameConv
from .fast import spectral_conv2d

KERNELS = (7, 7, 7, 5, 5)
INITIAL_POWER_ITERATIONS = 15


class SpectralConv(SameConv):
    """A SameConv under spectral norm (Miyato et al., 2018): it convolves with W / sigma.

    sigma: the largest singular value of W. u, v: estimates of its singular vectors, for W as a matrix with one row for
    each output channel; every pass in which W learns improves them by one power iteration.
    """

    u: Tensor
    v: Tensor

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int = 1) -> None:
        super().__init__(channels_in, channels_out, kernel, stride)
        self.register_buffer("u", F.normalize(torch.randn(channels_out), dim=0))
        self.register_buffer("v", F.normalize(torch.randn(channels_in * kernel**2), dim=0))
        for _ in range(INITIAL_POWER_ITERATIONS):
            self._iterate()

    def forward(self, x: Tensor) -> Tensor:
        if self.training and self.weight.requires_grad:
            self._iterate()
        bias = self.get_parameter("bias")
        return spectral_conv2d(self.mirror_border(x), self.weight, bias, self.sigma(), self.stride[0])

    def sigma(self) -> Tensor:
        """Estimate the largest singular value of the weight, in float32. Scalar; gradients reach W through it."""
        with torch.autocast(self.weight.device.type, enabled=False):
            # Copies: the next pass changes the vectors, and the backward pass needs them as they are now.
            return self.u.clone() @ (self._matrix() @ self._reordered(self.v, 1, 2, 0))

    @torch.no_grad()
    def _iterate(self) -> None:
        with torch.autocast(self.weight.device.type, enabled=False):
            matrix = self._matrix()
            self.u.copy_(F.normalize(matrix @ self._reordered(self.v, 1, 2, 0), dim=0))
            self.v.copy_(self._reordered(F.normalize(matrix.T @ self.u, dim=0), 2, 0, 1))

    def _matrix(self) -> Tensor:
        """View the weight as a matrix, its columns in the memory order of channels last, so that nothing is copied."""
        return self.weight.permute(0, 2, 3, 1).flatten(1)

    def _reordered(self, v: Tensor, *order: int) -> Tensor:
        """Reorder a row of W from the order of W's indices to that of the matrix, (1, 2, 0), or back, (2, 0, 1)."""
        sides = [self.in_channels, *self.kernel_size]
        return v.view(sides if order == (1, 2, 0) else [*sides[1:], sides[0]]).permute(order).flatten()


class Discriminator(nn.Module):
    """Five strided stages under spectral norm; a head after each scores how liked the photo looks at that scale.

    Stage k halves the size; its prediction map is N x 1 x H/2^k x W/2^k in (-1, 1). H and W must be 96 or more.
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
        """Score N x 3 x H x W in [-1, 1]: five prediction maps, finest first."""
        maps = []
        for stage, head in zip(self.stages, self.heads, strict=True):
            x = F.leaky_relu(stage(x), SLOPE)
            maps.append(torch.tanh(head(x).float()))
        return maps
