"""Local contrast of a photo: what photographers call clarity."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .srgb import luma

SHORT_SIDE = 96
"""Pixels at which neighbourhoods are measured: so they are the same part of a photo at any size."""

NEAR = 24
"""How far they reach, in parts of the short side."""

EDGE = 0.15
"""Variance of luma (white less black is 2) that makes half an edge. What an edge parts is not compared, so it gets no
halo."""


class LocalContrast(nn.Module):
    """`x + gain (luma - near)`, near being what a guided filter leaves of luma (He & Sun, Fast Guided Filter, 2015).

    gain: a scalar; negative takes contrast away. It is found from the detail of many photos, not learnt. Starts as the
    identity.
    """

    gain: Tensor

    def __init__(self, gain: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("gain", torch.tensor(gain))

    def forward(self, x: Tensor) -> Tensor:
        """N whole photos, N x 3 x H x W in [-1, 1] -> the same. Without a gain they are left exactly as they are."""
        if not self.gain:
            return x
        with torch.autocast(x.device.type, enabled=False):
            return self.edit(x.float(), self.neighbourhoods(x))

    def neighbourhoods(self, x: Tensor) -> Tensor:
        """N whole photos -> N x 2 x H x W, s and b: a pixel's neighbourhood has the luma s (luma) + b."""
        light = luma(x.float())
        height, width = light.shape[2:]
        shrink = min(1.0, SHORT_SIDE / min(height, width))
        small = F.interpolate(light, (round(height * shrink), round(width * shrink)), mode="area")
        mean = near(small)
        variance = (near(small.square()) - mean.square()).clamp(min=0)
        slope = variance / (variance + EDGE)
        line = near(torch.cat([slope, (1 - slope) * mean], dim=1))
        return F.interpolate(line, (height, width), mode="bilinear", align_corners=False)

    def edit(self, x: Tensor, neighbourhoods: Tensor) -> Tensor:
        """A photo, or a part of it with that part of its neighbourhoods."""
        light, slope, base = luma(x), neighbourhoods[:, :1], neighbourhoods[:, 1:]
        return (x + self.gain * (light - slope * light - base)).clamp(-1, 1)

    def undone(self) -> LocalContrast:
        """The layer that takes it out again, nearly: neighbourhoods change but little."""
        gain = float(self.gain)
        return LocalContrast(-gain / (1 + gain))


def near(x: Tensor, part: int = NEAR) -> Tensor:
    """The mean of the neighbourhood, N x C x H x W, nearly as a Gaussian takes it. part: how far it reaches."""
    reach = max(1, min(x.shape[2:]) // part)
    side = 2 * reach + 1
    for _ in range(2):
        # Down, then across: a square at once would be read `side` times as often.
        x = F.pad(x, [reach] * 4, mode="replicate")
        x = F.avg_pool2d(F.avg_pool2d(x, (side, 1), 1), (1, side), 1)
    return x
