"""Looks with a known answer: edits such as photographers make, as functions of the photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from uegan_cli.look.srgb import to_linear, to_srgb

KnownLook = Callable[[Tensor], Tensor]
"""3 x H x W in [0, 1] -> the same."""


def luma(x: Tensor) -> Tensor:
    return (x * _rgb(0.299, 0.587, 0.114)).sum(-3, keepdim=True)


def warm_film(x: Tensor) -> Tensor:
    """Lift blacks, soften the shoulder, warm the highlights and turn shadows slightly green."""
    y = x.clamp(1e-4, 1) ** _rgb(0.88, 0.95, 1.08)
    y = 0.04 + 0.93 * y + _rgb(0.03, 0.0, -0.05) * luma(x) + _rgb(-0.01, 0.015, 0.0) * (1 - luma(x)) ** 2
    return (luma(y) + 0.88 * (y - luma(y))).clamp(0, 1)


def bright_airy(x: Tensor) -> Tensor:
    """Brighten the mid-tones by a stop, at low contrast, cool and pale."""
    y = x.clamp(1e-4, 1) ** 0.68
    y = 0.05 + 0.95 * y + _rgb(-0.01, 0.0, 0.02)
    return (luma(y) + 0.85 * (y - luma(y))).clamp(0, 1)


def teal_and_orange(x: Tensor) -> Tensor:
    """Turn shadows to teal and highlights to orange, with more contrast in between."""
    light = luma(x)
    y = x + _rgb(-0.06, 0.02, 0.05) * (1 - light) ** 2 + _rgb(0.06, 0.01, -0.06) * light**2
    y = y + 0.35 * (y - 0.5) * y.clamp(0, 1) * (1 - y.clamp(0, 1))
    return (luma(y) + 1.12 * (y - luma(y))).clamp(0, 1)


def faded_matte(x: Tensor) -> Tensor:
    """Lift blacks to a bluish grey, hold whites, and open dark neighbourhoods, whatever is in them."""
    near = gaussian_blur(luma(x), min(x.shape[-2:]) / 16)
    y = x + 0.44 * torch.exp(-((near / 0.28) ** 2)) * x * (1 - x)
    y = 0.09 + 0.84 * y + _rgb(0.0, 0.004, 0.02) * (1 - luma(x))
    return (luma(y) + 0.8 * (y - luma(y))).clamp(0, 1)


def crisp(x: Tensor) -> Tensor:
    """Add local contrast, deepen tones and cool them slightly."""
    light = luma(x)
    y = x + 0.55 * (light - gaussian_blur(light, min(x.shape[-2:]) / 24))
    y = y.clamp(1e-4, 1) ** 1.18 + _rgb(-0.02, 0.0, 0.03) * (1 - light)
    return (luma(y) + 1.1 * (y - luma(y))).clamp(0, 1)


def careful(x: Tensor) -> Tensor:
    """Correct exposure and white balance of each photo, then apply warm film."""
    light = to_linear(x)
    means = light.mean((-1, -2))
    balance = (means @ torch.tensor([0.299, 0.587, 0.114]) / means.clamp(min=1e-3)).clamp(0.5, 2) ** 0.7
    light = light * balance[:, None, None]
    middle = luma(light).clamp(min=2e-3).log().mean().exp()
    return warm_film(to_srgb((light * (0.14 / middle).clamp(0.25, 4) ** 0.8).clamp(0, 1)))


def disturb_exposure(x: Tensor, rng: torch.Generator) -> Tensor:
    """Expose a photo as an automatic camera does: up to 1.2 stops over or under, with a colour cast."""
    exposure, warmth, tint = ((torch.rand(3, generator=rng) * 2 - 1) * torch.tensor([1.2, 0.4, 0.15])).tolist()
    gains = torch.exp2(_rgb(exposure + warmth / 2, exposure + tint, exposure - warmth / 2))
    return to_srgb((to_linear(x) * gains).clamp(0, 1))


@dataclass(frozen=True)
class Scenario:
    """A known look, whether raw photos are disturbed first, and whether the folders show different subjects."""

    look: KnownLook
    disturbed: bool = False
    content_gap: bool = False


SCENARIOS = {
    "warm film": Scenario(warm_film),
    "bright, airy": Scenario(bright_airy),
    "teal and orange": Scenario(teal_and_orange),
    "faded matte": Scenario(faded_matte),
    "crisp": Scenario(crisp),
    "careful": Scenario(careful, disturbed=True),
    "warm film, gap": Scenario(warm_film, content_gap=True),
    "bright, airy, gap": Scenario(bright_airy, content_gap=True),
}


def apply_look(look: KnownLook, photo: Tensor) -> Tensor:
    """Apply a look to 3 x H x W uint8, rounded to uint8."""
    return look(photo.float() / 255).mul(255).round().to(torch.uint8)


def gaussian_blur(x: Tensor, sigma: float) -> Tensor:
    """Blur ... x H x W with a Gaussian of `sigma` pixels."""
    reach = max(1, int(3 * sigma))
    kernel = torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    y = F.pad(x[None], [reach] * 4, mode="replicate")
    return F.conv2d(F.conv2d(y, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))[0]


def _rgb(r: float, g: float, b: float) -> Tensor:
    return torch.tensor([r, g, b]).view(3, 1, 1)
