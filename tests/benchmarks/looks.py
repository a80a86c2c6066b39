"""Looks with a known answer: what a photographer might do to photos, and how far a result is from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from uegan_cli.look.srgb import to_linear, to_srgb

Look = Callable[[Tensor], Tensor]
"""3 x H x W in [0, 1] -> the same."""

XYZ = torch.tensor([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])


def luma(x: Tensor) -> Tensor:
    return (x * _rgb(0.299, 0.587, 0.114)).sum(-3, keepdim=True)


def warm_film(x: Tensor) -> Tensor:
    """Lifted blacks, soft shoulder, warm highlights and slightly green shadows."""
    y = x.clamp(1e-4, 1) ** _rgb(0.88, 0.95, 1.08)
    y = 0.04 + 0.93 * y + _rgb(0.03, 0.0, -0.05) * luma(x) + _rgb(-0.01, 0.015, 0.0) * (1 - luma(x)) ** 2
    return (luma(y) + 0.88 * (y - luma(y))).clamp(0, 1)


def bright_airy(x: Tensor) -> Tensor:
    """A stop brighter in the mid-tones, low contrast, cool and pale."""
    y = x.clamp(1e-4, 1) ** 0.68
    y = 0.05 + 0.95 * y + _rgb(-0.01, 0.0, 0.02)
    return (luma(y) + 0.85 * (y - luma(y))).clamp(0, 1)


def teal_and_orange(x: Tensor) -> Tensor:
    """Shadows towards teal, highlights towards orange, more contrast in between."""
    light = luma(x)
    y = x + _rgb(-0.06, 0.02, 0.05) * (1 - light) ** 2 + _rgb(0.06, 0.01, -0.06) * light**2
    y = y + 0.35 * (y - 0.5) * y.clamp(0, 1) * (1 - y.clamp(0, 1))
    return (luma(y) + 1.12 * (y - luma(y))).clamp(0, 1)


def faded_matte(x: Tensor) -> Tensor:
    """Blacks lifted and bluish, whites held, pale; dark neighbourhoods are opened, whatever is in them."""
    near = blurred(luma(x), min(x.shape[-2:]) / 16)
    y = x + 0.44 * torch.exp(-((near / 0.28) ** 2)) * x * (1 - x)
    y = 0.09 + 0.84 * y + _rgb(0.0, 0.004, 0.02) * (1 - luma(x))
    return (luma(y) + 0.8 * (y - luma(y))).clamp(0, 1)


def crisp(x: Tensor) -> Tensor:
    """Local contrast, deep and slightly cool."""
    light = luma(x)
    y = x + 0.55 * (light - blurred(light, min(x.shape[-2:]) / 24))
    y = y.clamp(1e-4, 1) ** 1.18 + _rgb(-0.02, 0.0, 0.03) * (1 - light)
    return (luma(y) + 1.1 * (y - luma(y))).clamp(0, 1)


def careful(x: Tensor) -> Tensor:
    """Each photo brought to the exposure and white balance it should have, and then to warm film."""
    light = to_linear(x)
    means = light.mean((-1, -2))
    balance = (means @ torch.tensor([0.299, 0.587, 0.114]) / means.clamp(min=1e-3)).clamp(0.5, 2) ** 0.7
    light = light * balance[:, None, None]
    middle = luma(light).clamp(min=2e-3).log().mean().exp()
    return warm_film(to_srgb((light * (0.14 / middle).clamp(0.25, 4) ** 0.8).clamp(0, 1)))


def disturbed(x: Tensor, rng: torch.Generator) -> Tensor:
    """As from a camera left to itself: up to 1.2 stops over or under, and a cast."""
    exposure, warmth, tint = ((torch.rand(3, generator=rng) * 2 - 1) * torch.tensor([1.2, 0.4, 0.15])).tolist()
    gains = torch.exp2(_rgb(exposure + warmth / 2, exposure + tint, exposure - warmth / 2))
    return to_srgb((to_linear(x) * gains).clamp(0, 1))


@dataclass(frozen=True)
class Known:
    """A look, whether raw photos are disturbed first, and whether the two folders show other things."""

    look: Look
    disturbed: bool = False
    gap: bool = False


KNOWN = {
    "warm film": Known(warm_film),
    "bright, airy": Known(bright_airy),
    "teal and orange": Known(teal_and_orange),
    "faded matte": Known(faded_matte),
    "crisp": Known(crisp),
    "careful": Known(careful, disturbed=True),
    "warm film, gap": Known(warm_film, gap=True),
    "bright, airy, gap": Known(bright_airy, gap=True),
}


def apply(look: Look, photo: Tensor) -> Tensor:
    """3 x H x W uint8 -> the same, seen through the look."""
    return look(photo.float() / 255).mul(255).round().to(torch.uint8)


def psnr(one: Tensor, two: Tensor) -> float:
    """Between two float pictures in [-1, 1], in dB."""
    return float(-10 * torch.log10(((one - two) / 2).square().mean()))


def delta_e(one: Tensor, two: Tensor) -> float:
    """Mean colour difference (CIE 1976) of two pictures, 3 x H x W in [-1, 1]."""
    return float((lab(one) - lab(two)).square().sum(dim=0).sqrt().mean())


def lab(x: Tensor) -> Tensor:
    """sRGB, 3 x H x W in [-1, 1] -> CIE L*a*b* (D65)."""
    xyz = torch.einsum("ij,jhw->ihw", XYZ, to_linear((x.clamp(-1, 1) + 1) / 2)) / XYZ.sum(dim=1)[:, None, None]
    f = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), (903.3 * xyz + 16) / 116)
    return torch.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def blurred(x: Tensor, sigma: float) -> Tensor:
    """... x H x W through a Gaussian."""
    reach = max(1, int(3 * sigma))
    kernel = torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    y = F.pad(x[None], [reach] * 4, mode="replicate")
    return F.conv2d(F.conv2d(y, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))[0]


def _rgb(r: float, g: float, b: float) -> Tensor:
    return torch.tensor([r, g, b]).view(3, 1, 1)
