"""Looks as photographers make them, drawn at random: what is known of a look before a photo was seen."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..look.srgb import REC601, to_linear, to_srgb

USED = 0.7
"""How often a look makes use of each of the tools."""

STRENGTH = 0.8


def random_looks(colours: Tensor, count: int, rng: torch.Generator) -> Iterator[Tensor]:
    """Colours (P x 3 in [-1, 1]) as `count` random looks show them.

    Each look is exposure and white balance in linear light, then curves of each channel, contrast, a mix of the
    channels, colours of their own for shadows and highlights, faded ends and saturation, in sRGB.
    """
    for _ in range(count):
        yield _look((colours + 1) / 2, rng) * 2 - 1


def _look(x: Tensor, rng: torch.Generator) -> Tensor:
    def draw(low: float, high: float, n: int = 1) -> Tensor:
        """A change from nothing: zero where the tool is not used."""
        used = (torch.rand(1, generator=rng) < USED).float() * STRENGTH
        return used * (low + (high - low) * torch.rand(n, generator=rng))

    balance = draw(-0.25, 0.25, 3)
    x = to_srgb((to_linear(x) * torch.exp2(draw(-1, 1) + balance - balance.mean())).clamp(0, 1))
    x = x.clamp(1e-4, 1) ** torch.exp(draw(-0.35, 0.35) + draw(-0.08, 0.08, 3))
    x = x + draw(-0.35, 0.35) * 3 * (x - 0.5) * x * (1 - x)
    x = x @ (torch.eye(3) + draw(-0.06, 0.06, 9).view(3, 3))
    level = _luma(x).clamp(0, 1)
    x = x + draw(-0.07, 0.07, 3) * (1 - level) ** 2 + draw(-0.07, 0.07, 3) * level**2
    black, white = draw(-0.03, 0.12) + draw(-0.02, 0.02, 3), 1 - draw(-0.02, 0.10) + draw(-0.02, 0.02, 3)
    x = black + (white - black) * x
    return (_luma(x) + torch.exp(draw(-0.45, 0.35)) * (x - _luma(x))).clamp(0, 1)


def _luma(x: Tensor) -> Tensor:
    return (x @ torch.tensor(REC601))[:, None]
