"""One quadratic map of colours, the same for all photos."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ColourMap(nn.Module):
    """Maps every pixel to `A x + B q(x) + c`, q(x) = (r^2, g^2, b^2, rg, gb, br). Starts as the identity.

    weight: A, 3 x 3; quadratic: B, 3 x 6; bias: c, 3; for RGB in [-1, 1]. The result is not clamped.
    """

    def __init__(self) -> None:
        super().__init__()
        # torch.eye would load a second's worth of modules where a style is only checked, on the meta device.
        self.weight = nn.Parameter(torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
        self.quadratic = nn.Parameter(torch.zeros(3, 6))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        """Map N x 3 x H x W in [-1, 1] to the same, or beyond. Float32 throughout: so small a map costs nothing."""
        with torch.autocast(x.device.type, enabled=False):
            kernel = torch.cat([self.weight, self.quadratic], dim=1)[:, :, None, None]
            return F.conv2d(monomials(x.float(), dim=1), kernel, self.bias)

    def coefficients(self) -> Tensor:
        """Return the coefficients of (1, r, g, b, r^2, g^2, b^2, rg, gb, br): 3 x 10."""
        return torch.cat([self.bias[:, None], self.weight, self.quadratic], dim=1)


def monomials(x: Tensor, dim: int) -> Tensor:
    """Expand the colours along `dim` from 3 to 9: r, g, b, r^2, g^2, b^2, rg, gb, br."""
    first, last = x.narrow(dim, 0, 1), x.narrow(dim, 2, 1)
    return torch.cat([x, x * x, x.narrow(dim, 0, 2) * x.narrow(dim, 1, 2), last * first], dim=dim)


def rescaled(coefficients: Tensor, white: int) -> Tensor:
    """Convert the coefficients, 3 x 10, of a polynomial on [-1, 1] to those of the same polynomial on [0, white]."""
    # A colour is x = scale v - 1, and so is its image.
    scale = 2 / white
    constant, linear, quadratic = coefficients[:, :1], coefficients[:, 1:4], coefficients[:, 4:]
    r2, g2, b2, rg, gb, br = quadratic.unbind(dim=1)
    pairs = torch.stack([2 * r2 + rg + br, 2 * g2 + rg + gb, 2 * b2 + gb + br], dim=1)
    constant = constant + 1 - linear.sum(dim=1, keepdim=True) + quadratic.sum(dim=1, keepdim=True)
    return torch.cat([constant / scale, linear - pairs, quadratic * scale], dim=1)
