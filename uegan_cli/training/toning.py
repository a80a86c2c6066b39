"""Toned-down copies of finished photos: pairs for free, to learn the way back before any adversary is asked.

Each photo of a batch is spoilt in its own way, in the terms of a camera and a hurried development: exposure and white
balance in linear light, then shadows and highlights, contrast, faded blacks and whites, and saturation in sRGB.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..networks.light import luma, to_linear, to_srgb


@dataclass(frozen=True)
class ToningDown:
    """How far a photo may be spoilt: (lowest, highest) of each uniform draw, and the share left as it is.

    exposure: stops. warmth, tint: stops between red and blue, and of green. shadows, highlights: change of the tone
    curve near black and white, in parts of the range. contrast, saturation: factors. black, white: where the faded
    ends of the range come to lie.
    """

    exposure: tuple[float, float] = (-1.5, 0.5)
    warmth: tuple[float, float] = (-0.35, 0.35)
    tint: tuple[float, float] = (-0.12, 0.12)
    shadows: tuple[float, float] = (-0.25, 0.15)
    highlights: tuple[float, float] = (-0.15, 0.2)
    contrast: tuple[float, float] = (0.6, 1.1)
    saturation: tuple[float, float] = (0.5, 1.05)
    black: tuple[float, float] = (0.0, 0.08)
    white: tuple[float, float] = (0.88, 1.0)
    untouched: float = 0.15

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> a spoilt copy in [-1, 1]. The same generator state gives the same spoiling."""
        n = finished.shape[0]

        def draw(bounds: tuple[float, float]) -> Tensor:
            low, high = bounds
            return (low + (high - low) * torch.rand(n, 1, 1, 1, generator=rng)).to(finished.device)

        exposure, warmth, tint = draw(self.exposure), draw(self.warmth), draw(self.tint)
        stops = torch.cat([exposure + warmth / 2, exposure + tint, exposure - warmth / 2], dim=1)
        light = to_linear((finished + 1) / 2) * torch.exp2(stops)
        x = to_srgb(light.clamp(0, 1))
        # Bumps that leave 0 and 1 where they are and keep the tone curve rising for all slopes drawn here.
        x = x + draw(self.shadows) * x * (1 - x) ** 3 * 4 + draw(self.highlights) * x**3 * (1 - x) * 4
        level = x.mean(dim=(1, 2, 3), keepdim=True)
        x = level + draw(self.contrast) * (x - level)
        black, white = draw(self.black), draw(self.white)
        x = black + (white - black) * x
        grey = luma(x)
        x = grey + draw(self.saturation) * (x - grey)
        untouched = (torch.rand(n, 1, 1, 1, generator=rng) < self.untouched).to(finished.device)
        return torch.where(untouched, finished, (x * 2 - 1).clamp(-1, 1))
