"""Exposure and white balance of a photo as a whole, and the layer that evens them out from photo to photo."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .srgb import REC601, to_linear, to_srgb

DARKEST = 0.004
"""Linear light that is taken for black; what lies below is noise."""

SHORT_SIDE = 96
"""Pixels at which a photo is measured: so its levels are the same at any size, and noise does not count."""

MOST = 2.0
"""Stops by which a photo is changed at most: a night is to stay one."""


def levels(colours: Tensor) -> Tensor:
    """N x P x 3 in [-1, 1] -> N x 3: exposure, warmth (red over blue) and tint (green over both), in stops."""
    stops = to_linear((colours + 1) / 2).clamp(min=DARKEST).log2().mean(dim=1)
    red, green, blue = stops.unbind(dim=1)
    return torch.stack([stops @ stops.new_tensor(REC601), red - blue, green - (red + blue) / 2], dim=1)


def stops(change: Tensor) -> Tensor:
    """Changes of exposure, warmth and tint, N x 3 -> those of red, green and blue, N x 3, all in stops."""
    exposure, warmth, tint = change.unbind(dim=1)
    red, green, blue = REC601
    base = exposure - green * tint - (red - blue) * warmth / 2
    return torch.stack([base + warmth / 2, base + tint, base - warmth / 2], dim=1)


def expose(x: Tensor, change: Tensor) -> Tensor:
    """N x 3 x H x W in [-1, 1], so many stops of red, green and blue brighter (N x 3), clipped to white."""
    light = to_linear((x + 1) / 2) * torch.exp2(change)[:, :, None, None]
    return to_srgb(light.clamp(0, 1)) * 2 - 1


def measurable(x: Tensor) -> Tensor:
    """N x 3 x H x W -> the same, no larger than is needed to tell the levels."""
    height, width = x.shape[2:]
    shrink = min(1.0, SHORT_SIDE / min(height, width))
    return F.interpolate(x.float(), (round(height * shrink), round(width * shrink)), mode="area")


class PhotoLevels(nn.Module):
    """Moves the levels z of each photo by `pull (z - middle)` stops, in linear light. Starts as the identity.

    middle: 3; pull: 3 x 3, for exposure, warmth and tint. They are found from the levels of many photos, not learnt.
    """

    middle: Tensor
    pull: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(3))
        self.register_buffer("pull", torch.zeros(3, 3))

    def forward(self, x: Tensor) -> Tensor:
        """N whole photos, N x 3 x H x W in [-1, 1] -> the same. Without a pull they are left exactly as they are."""
        if not self.pull.any():
            return x
        with torch.autocast(x.device.type, enabled=False):
            return expose(x.float(), self.change(x))

    def change(self, x: Tensor) -> Tensor:
        """By how many stops of red, green and blue photos are to be changed: N x 3."""
        away = levels(measurable(x).flatten(2).transpose(1, 2)) - self.middle
        return stops((away @ self.pull.T).clamp(-MOST, MOST))
