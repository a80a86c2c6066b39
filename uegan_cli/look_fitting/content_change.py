"""How much of the structure of photos an edit changes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..look.srgb import luma
from .shrunk_photo import shrink_photo

WINDOW_SIDE = 7
FLAT_VARIANCE = 0.01
"""Variance of luma (white minus black is 2) at which a window counts half: in flat ones there is little to change."""


def content_change(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    """Return 1 minus the correlation of luma in small windows, averaged over pairs of photos: 0 to 1.

    before, after: photos of the same sizes, 3 x H x W uint8. Tone curves and contrast hardly count.
    """
    changes = [
        _structure_change(luma(shrink_photo(x)), luma(shrink_photo(y))) for x, y in zip(before, after, strict=True)
    ]
    return float(torch.stack(changes).mean())


def _structure_change(x: Tensor, y: Tensor) -> Tensor:
    """Compare 1 x 1 x H x W, before and after."""

    def mean(z: Tensor) -> Tensor:
        return F.avg_pool2d(z, WINDOW_SIDE, 1)

    covariance = mean(x * y) - mean(x) * mean(y)
    before, after = mean(x * x) - mean(x) ** 2, mean(y * y) - mean(y) ** 2
    weight = before / (before + FLAT_VARIANCE)
    change = 1 - covariance.abs() / (before * after).clamp(min=1e-8).sqrt()
    return (weight * change).sum() / weight.sum().clamp(min=1e-6)
