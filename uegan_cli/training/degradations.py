"""Toned-down copies of finished photos: pairs for free, to learn the way back before any adversary is asked.

Each photo of a batch is spoilt in its own way, in the terms of a camera and a hurried development: exposure and white
balance in linear light, then shadows and highlights, contrast, faded blacks and whites, and saturation in sRGB. What a
network learns to undo so well that it undoes nothing else are the curves of this very model; so other copies are given
tones as real raw photos have them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..look.srgb import luma, to_linear, to_srgb
from ..look_fitting.shrunk_photo import shrink_photo

QUANTILES, SMOOTH = 33, 9
"""Of luma, from the darkest to the brightest; and how many neighbours a curve between them is smoothed over."""

DARKEST = 0.01
"""Share of a photo's pixels that may become black where its fade is taken out."""

Spoil = Callable[[Tensor, torch.Generator], Tensor]
"""N x 3 x H x W in [-1, 1] -> spoilt copies, the same for the same generator state."""


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


GENTLE = ToningDown(
    exposure=(-0.3, 0.3),
    shadows=(-0.05, 0.05),
    highlights=(-0.05, 0.05),
    contrast=(0.9, 1.1),
    black=(0.0, 0.03),
    white=(0.95, 1.0),
)
"""What is to be done besides, where the tones are another photo's."""


@dataclass(frozen=True)
class TonesOf:
    """Brings the tones of each photo some way towards those of a photo drawn at random.

    tones: N x QUANTILES, rising, of luma in [-1, 1].
    """

    tones: Tensor
    besides: Spoil = GENTLE

    @classmethod
    def photos(cls, photos: Sequence[Tensor]) -> TonesOf:
        """Of photos as 3 x H x W uint8."""
        return cls(torch.stack([_tones(luma(shrink_photo(photo)))[0] for photo in photos]))

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> a spoilt copy in [-1, 1]. The same generator state gives the same spoiling."""
        n = len(finished)
        light = luma(finished)
        own, others = _tones(light), self.tones[torch.randint(len(self.tones), (n,), generator=rng)]
        change = (others.to(finished.device) - own) * torch.rand(n, 1, generator=rng).to(finished.device)
        ends = [SMOOTH // 2] * 2
        change = F.avg_pool1d(F.pad(change[:, None], ends, mode="replicate"), SMOOTH, 1)[:, 0]
        changes = _interpolated(light.flatten(1), own, change).view_as(light)
        return self.besides((finished + changes).clamp(-1, 1), rng)


@dataclass(frozen=True)
class InTurn:
    """Every photo of a batch by the next of several ways to spoil it."""

    ways: Sequence[Spoil]

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> a spoilt copy in [-1, 1]. The same generator state gives the same spoiling."""
        spoilt = finished.clone()
        for place, way in enumerate(self.ways):
            spoilt[place :: len(self.ways)] = way(finished[place :: len(self.ways)], rng)
        return spoilt


def unfaded(photo: Tensor, part: float) -> Tensor:
    """A photo, 3 x H x W uint8, whose darkest pixels are brought so much of the way to black; white stays white.

    Faded blacks are a look. Photos that have them teach that other photos' blacks, lifted by haze or a flat profile,
    are as they should be.
    """
    light = luma(photo[None].float()).flatten()
    above = 255 - light.kthvalue(1 + int(DARKEST * (light.numel() - 1))).values
    wider = torch.lerp(above, torch.full_like(above, 255.0), part) / above.clamp(min=1)
    return (255 - (255 - photo.float()) * wider).round().clamp(0, 255).to(torch.uint8)


def _tones(light: Tensor) -> Tensor:
    """N x 1 x H x W -> N x QUANTILES, rising."""
    places = torch.linspace(0, light[0].numel() - 1, QUANTILES, device=light.device).long()
    return light.flatten(1).sort(dim=1).values[:, places]


def _interpolated(x: Tensor, places: Tensor, values: Tensor) -> Tensor:
    """x, N x P -> the values, N x Q, that belong to rising places, N x Q; linear between them."""
    above = torch.searchsorted(places, x).clamp(1, places.shape[1] - 1)
    low, high = places.gather(1, above - 1), places.gather(1, above)
    share = ((x - low) / (high - low).clamp(min=1e-4)).clamp(0, 1)
    return torch.lerp(values.gather(1, above - 1), values.gather(1, above), share)
