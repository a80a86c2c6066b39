"""Looks with a known answer: colour-and-tone functions that a photographer might apply to every photo."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Look = Callable[[Tensor], Tensor]


def _luma(x: Tensor) -> Tensor:
    return (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(-3, keepdim=True)


def _rgb(r: float, g: float, b: float) -> Tensor:
    return torch.tensor([r, g, b]).view(3, 1, 1)


def warm_film(x: Tensor) -> Tensor:
    """Lifted blacks, soft shoulder, warm highlights and slightly green shadows."""
    y = x.clamp(1e-4, 1) ** _rgb(0.88, 0.95, 1.08)
    y = 0.04 + 0.93 * y + _rgb(0.03, 0.0, -0.05) * _luma(x) + _rgb(-0.01, 0.015, 0.0) * (1 - _luma(x)) ** 2
    return (_luma(y) + 0.88 * (y - _luma(y))).clamp(0, 1)


def bright_airy(x: Tensor) -> Tensor:
    """A stop brighter in the mid-tones, low contrast, cool and pale."""
    y = x.clamp(1e-4, 1) ** 0.68
    y = 0.05 + 0.95 * y + _rgb(-0.01, 0.0, 0.02)
    return (_luma(y) + 0.85 * (y - _luma(y))).clamp(0, 1)


def teal_and_orange(x: Tensor) -> Tensor:
    """Shadows towards teal, highlights towards orange, more contrast in between."""
    light = _luma(x)
    y = x + _rgb(-0.06, 0.02, 0.05) * (1 - light) ** 2 + _rgb(0.06, 0.01, -0.06) * light**2
    y = y + 0.35 * (y - 0.5) * y.clamp(0, 1) * (1 - y.clamp(0, 1))
    return (_luma(y) + 1.12 * (y - _luma(y))).clamp(0, 1)


LOOKS: dict[str, Look] = {"warm film": warm_film, "bright, airy": bright_airy, "teal and orange": teal_and_orange}


def apply(look: Look, photo: Tensor) -> Tensor:
    """3 x H x W uint8 -> the same, seen through the look."""
    return look(photo.float() / 255).mul(255).round().to(torch.uint8)


def psnr(one: Tensor, two: Tensor) -> float:
    """Between two float pictures in [-1, 1], in dB."""
    return float(-10 * torch.log10(((one - two) / 2).square().mean()))
