"""Degraded copies of finished photos: with the originals they are pairs, from which the way back can be learnt.

Each photo of a batch is degraded in its own way. `ToneDegradation` is a model of a camera and a hasty development. A
network trained on this model alone overfits its curves, so `ToneTransfer` gives copies the tones of real raw photos.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..look.srgb import luma, to_linear, to_srgb
from ..look_fitting.shrunk_photo import shrink_photo

TONE_QUANTILES = 33
"""Quantiles of luma that describe the tones of a photo, from the darkest to the brightest pixel."""

SMOOTHED_QUANTILES = 9
"""Neighbouring quantiles that a change of tones is averaged over."""

MAX_BLACK_SHARE = 0.01
"""Share of a photo's pixels that may become black when its blacks are deepened."""

Degradation = Callable[[Tensor, torch.Generator], Tensor]
"""Degrades N x 3 x H x W in [-1, 1], the result the same size and range, and the same for the same generator state."""


@dataclass(frozen=True)
class ToneDegradation:
    """Exposure and white balance in linear light, then tone curve, contrast, fade and saturation in sRGB.

    All are drawn uniformly from (lowest, highest), but a share of photos is left `unchanged`. exposure: stops. warmth,
    tint: stops of red over blue, and of green. shadows, highlights: change of the tone curve near black and white, as
    shares of the range. contrast, saturation: factors. black, white: the ends of the faded range.
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
    unchanged: float = 0.15

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """Degrade N x 3 x H x W in [-1, 1]."""
        n = finished.shape[0]

        def draw(bounds: tuple[float, float]) -> Tensor:
            low, high = bounds
            return (low + (high - low) * torch.rand(n, 1, 1, 1, generator=rng)).to(finished.device)

        exposure, warmth, tint = draw(self.exposure), draw(self.warmth), draw(self.tint)
        stops = torch.cat([exposure + warmth / 2, exposure + tint, exposure - warmth / 2], dim=1)
        light = to_linear((finished + 1) / 2) * torch.exp2(stops)
        x = to_srgb(light.clamp(0, 1))
        # These bumps leave 0 and 1 in place, and the curve rises for all the slopes that are drawn.
        x = x + draw(self.shadows) * x * (1 - x) ** 3 * 4 + draw(self.highlights) * x**3 * (1 - x) * 4
        mean = x.mean(dim=(1, 2, 3), keepdim=True)
        x = mean + draw(self.contrast) * (x - mean)
        black, white = draw(self.black), draw(self.white)
        x = black + (white - black) * x
        grey = luma(x)
        x = grey + draw(self.saturation) * (x - grey)
        unchanged = (torch.rand(n, 1, 1, 1, generator=rng) < self.unchanged).to(finished.device)
        return torch.where(unchanged, finished, (x * 2 - 1).clamp(-1, 1))


GENTLE_DEGRADATION = ToneDegradation(
    exposure=(-0.3, 0.3),
    shadows=(-0.05, 0.05),
    highlights=(-0.05, 0.05),
    contrast=(0.9, 1.1),
    black=(0.0, 0.03),
    white=(0.95, 1.0),
)
"""For photos whose tones were already transferred from another photo."""


@dataclass(frozen=True)
class ToneTransfer:
    """Moves the tones of each photo a random share of the way to those of a randomly chosen one.

    tones: M x TONE_QUANTILES, rising, quantiles of the luma of M photos in [-1, 1]. then: applied to the result.
    """

    tones: Tensor
    then: Degradation = GENTLE_DEGRADATION

    @classmethod
    def from_photos(cls, photos: Sequence[Tensor]) -> ToneTransfer:
        """Take the tones of photos, each 3 x H x W uint8."""
        return cls(torch.stack([_tones(luma(shrink_photo(photo)))[0] for photo in photos]))

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """Degrade N x 3 x H x W in [-1, 1]."""
        n = len(finished)
        light = luma(finished)
        own, others = _tones(light), self.tones[torch.randint(len(self.tones), (n,), generator=rng)]
        change = (others.to(finished.device) - own) * torch.rand(n, 1, generator=rng).to(finished.device)
        ends = [SMOOTHED_QUANTILES // 2] * 2
        change = F.avg_pool1d(F.pad(change[:, None], ends, mode="replicate"), SMOOTHED_QUANTILES, 1)[:, 0]
        changes = _interpolate(light.flatten(1), own, change).view_as(light)
        return self.then((finished + changes).clamp(-1, 1), rng)


@dataclass(frozen=True)
class Alternation:
    """Several degradations, each applied to every n-th photo of a batch."""

    degradations: Sequence[Degradation]

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """Degrade N x 3 x H x W in [-1, 1]."""
        degraded, n = finished.clone(), len(self.degradations)
        for first, degrade in enumerate(self.degradations):
            degraded[first::n] = degrade(finished[first::n], rng)
        return degraded


def deepen_blacks(photo: Tensor, share: float) -> Tensor:
    """Bring the darkest pixels of a photo, 3 x H x W uint8, a share of the way to black; white stays white.

    Faded blacks are a look. Training on faded photos teaches a network to leave blacks alone that haze or a flat
    profile has raised.
    """
    light = luma(photo[None].float()).flatten()
    below_white = 255 - light.kthvalue(1 + int(MAX_BLACK_SHARE * (light.numel() - 1))).values
    scale = torch.lerp(below_white, torch.full_like(below_white, 255.0), share) / below_white.clamp(min=1)
    return (255 - (255 - photo.float()) * scale).round().clamp(0, 255).to(torch.uint8)


def _tones(light: Tensor) -> Tensor:
    """Return TONE_QUANTILES quantiles of N x 1 x H x W, rising: N x TONE_QUANTILES."""
    places = torch.linspace(0, light[0].numel() - 1, TONE_QUANTILES, device=light.device).long()
    return light.flatten(1).sort(dim=1).values[:, places]


def _interpolate(x: Tensor, places: Tensor, values: Tensor) -> Tensor:
    """Interpolate linearly at x, N x P, between `values`, N x Q, at rising `places`, N x Q."""
    above = torch.searchsorted(places, x).clamp(1, places.shape[1] - 1)
    low, high = places.gather(1, above - 1), places.gather(1, above)
    share = ((x - low) / (high - low).clamp(min=1e-4)).clamp(0, 1)
    return torch.lerp(values.gather(1, above - 1), values.gather(1, above), share)
