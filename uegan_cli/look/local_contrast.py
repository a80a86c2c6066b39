"""Local contrast, known to photographers as clarity."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .srgb import luma

MEASURED_SHORT_SIDE = 96
"""Pixels at which neighbourhoods are measured, so that they are the same part of a photo at any size."""

RADIUS_DIVISOR = 24
"""The radius of a neighbourhood is the short side divided by this."""

EDGE_VARIANCE = 0.15
"""Variance of luma (white minus black is 2) at which a neighbourhood counts half as an edge. The two sides of an edge
are not compared, so it gets no halo."""


class LocalContrast(nn.Module):
    """Adds `gain (luma - smooth)`, smooth being luma after a guided filter (He & Sun, Fast Guided Filter, 2015).

    gain: a scalar, negative to reduce contrast; fitted to the detail of many photos, not learnt by gradients. Starts as
    the identity.
    """

    gain: Tensor

    def __init__(self, gain: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("gain", torch.tensor(gain))

    def forward(self, x: Tensor) -> Tensor:
        """Edit N whole photos, N x 3 x H x W in [-1, 1]. Without a gain they are returned as they are."""
        if not self.gain:
            return x
        with torch.autocast(x.device.type, enabled=False):
            return self.edit(x.float(), self.neighbourhoods(x))

    def neighbourhoods(self, x: Tensor) -> Tensor:
        """Return s and b for N whole photos, N x 2 x H x W: the smoothed luma of a pixel is `s luma + b`."""
        light = luma(x.float())
        height, width = light.shape[2:]
        shrink = min(1.0, MEASURED_SHORT_SIDE / min(height, width))
        small = F.interpolate(light, (round(height * shrink), round(width * shrink)), mode="area")
        mean = smooth(small)
        variance = (smooth(small.square()) - mean.square()).clamp(min=0)
        slope = variance / (variance + EDGE_VARIANCE)
        line = smooth(torch.cat([slope, (1 - slope) * mean], dim=1))
        return F.interpolate(line, (height, width), mode="bilinear", align_corners=False)

    def edit(self, x: Tensor, neighbourhoods: Tensor) -> Tensor:
        """Edit photos, or a part of them with the same part of their neighbourhoods."""
        light, slope, base = luma(x), neighbourhoods[:, :1], neighbourhoods[:, 1:]
        return (x + self.gain * (light - slope * light - base)).clamp(-1, 1)

    def inverse(self) -> LocalContrast:
        """Return the layer that removes this contrast again, nearly: neighbourhoods hardly change."""
        gain = float(self.gain)
        return LocalContrast(-gain / (1 + gain))


def smooth(x: Tensor, divisor: int = RADIUS_DIVISOR) -> Tensor:
    """Blur N x C x H x W, nearly as a Gaussian does, with a radius of the short side divided by `divisor`."""
    radius = max(1, min(x.shape[2:]) // divisor)
    side = 2 * radius + 1
    for _ in range(2):
        # Rows and columns apart: a square at once would read every value `side` times as often.
        x = F.pad(x, [radius] * 4, mode="replicate")
        x = F.avg_pool2d(F.avg_pool2d(x, (side, 1), 1), (1, side), 1)
    return x
