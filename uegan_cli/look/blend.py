"""A weighted sum of edits: blended styles, and a style at part of its strength."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class Blend(nn.Module):
    """Returns `clamp(x + sum_i w_i (G_i(x) - x), -1, 1)`: edits are blended, not weights, so any networks combine."""

    def __init__(self, weights: Sequence[float], generators: Sequence[nn.Module]) -> None:
        super().__init__()
        self.weights = tuple(weights)
        self.parts = nn.ModuleList(generators)

    def forward(self, x: Tensor) -> Tensor:
        """Enhance N x 3 x H x W in [-1, 1] -> the same, at any size."""
        out = x
        for weight, generator in zip(self.weights, self.parts, strict=True):
            out = out + weight * (generator(x) - x)
        return out.clamp(-1, 1)
