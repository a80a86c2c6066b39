"""Exposure and white balance of whole photos, and the layer that brings them closer together from photo to photo."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .srgb import REC601, to_linear, to_srgb

BLACK_LEVEL = 0.004
"""Linear light that counts as black; below it is noise."""

MEASURED_SHORT_SIDE = 96
"""Pixels at which a photo is measured, so that the result is the same at any size and noise does not count."""

MAX_STOPS = 2.0
"""Largest change of a photo, in stops: a night stays a night."""


def measure_balance(colours: Tensor) -> Tensor:
    """Measure exposure, warmth (red over blue) and tint (green over both) of N x P x 3 in [-1, 1]: N x 3, in stops."""
    stops = to_linear((colours + 1) / 2).clamp(min=BLACK_LEVEL).log2().mean(dim=1)
    red, green, blue = stops.unbind(dim=1)
    return torch.stack([stops @ stops.new_tensor(REC601), red - blue, green - (red + blue) / 2], dim=1)


def channel_stops(change: Tensor) -> Tensor:
    """Convert changes of exposure, warmth and tint, N x 3, to changes of red, green and blue, N x 3, all in stops."""
    exposure, warmth, tint = change.unbind(dim=1)
    red, green, blue = REC601
    base = exposure - green * tint - (red - blue) * warmth / 2
    return torch.stack([base + warmth / 2, base + tint, base - warmth / 2], dim=1)


def expose(x: Tensor, stops: Tensor) -> Tensor:
    """Brighten N x 3 x H x W in [-1, 1] by stops of red, green and blue (N x 3) in linear light, clipped to white."""
    light = to_linear((x + 1) / 2) * torch.exp2(stops)[:, :, None, None]
    return to_srgb(light.clamp(0, 1)) * 2 - 1


def shrink_to_measure(x: Tensor) -> Tensor:
    """Reduce N x 3 x H x W to the size at which exposure and white balance are measured."""
    height, width = x.shape[2:]
    scale = min(1.0, MEASURED_SHORT_SIDE / min(height, width))
    return F.interpolate(x.float(), (round(height * scale), round(width * scale)), mode="area")


class ExposureBalance(nn.Module):
    """Moves exposure, warmth and tint z of each photo by `pull (z - middle)` stops, in linear light.

    middle: 3; pull: 3 x 3; both for exposure, warmth and tint, and fitted to many photos, not learnt by gradients.
    Starts as the identity.
    """

    middle: Tensor
    pull: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(3))
        self.register_buffer("pull", torch.zeros(3, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Balance N whole photos, N x 3 x H x W in [-1, 1]. Without a pull they are returned as they are."""
        if not self.pull.any():
            return x
        with torch.autocast(x.device.type, enabled=False):
            return expose(x.float(), self.stops(x))

    def stops(self, x: Tensor) -> Tensor:
        """Return the changes of red, green and blue for each photo, in stops: N x 3."""
        deviation = measure_balance(shrink_to_measure(x).flatten(2).transpose(1, 2)) - self.middle
        return channel_stops((deviation @ self.pull.T).clamp(-MAX_STOPS, MAX_STOPS))
