"""Random looks as photographers make them: what is known of a look before any photo is seen."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..look.srgb import REC601, to_linear, to_srgb

TOOL_PROBABILITY = 0.7
"""That a look uses any one of the tools."""

TOOL_STRENGTH = 0.8
"""Factor of all changes."""


def sample_looks(colours: Tensor, count: int, rng: torch.Generator) -> Iterator[Tensor]:
    """Apply `count` random looks to colours, P x 3 in [-1, 1]: yields P x 3 in [-1, 1] for each look.

    Each look is exposure and white balance in linear light, then curves of each channel, contrast, a channel mixer,
    split toning of shadows and highlights, faded ends and saturation, in sRGB.
    """
    for _ in range(count):
        yield _apply_random_look((colours + 1) / 2, rng) * 2 - 1


def _apply_random_look(x: Tensor, rng: torch.Generator) -> Tensor:
    """Apply one look to P x 3 in [0, 1]."""

    def draw(low: float, high: float, n: int = 1) -> Tensor:
        """Draw the settings of a tool, zero where it is not used."""
        used = (torch.rand(1, generator=rng) < TOOL_PROBABILITY).float() * TOOL_STRENGTH
        return used * (low + (high - low) * torch.rand(n, generator=rng))

    balance = draw(-0.25, 0.25, 3)
    x = to_srgb((to_linear(x) * torch.exp2(draw(-1, 1) + balance - balance.mean())).clamp(0, 1))
    x = x.clamp(1e-4, 1) ** torch.exp(draw(-0.35, 0.35) + draw(-0.08, 0.08, 3))
    x = x + draw(-0.35, 0.35) * 3 * (x - 0.5) * x * (1 - x)
    x = x @ (torch.eye(3) + draw(-0.06, 0.06, 9).view(3, 3))
    tone = _luma(x).clamp(0, 1)
    x = x + draw(-0.07, 0.07, 3) * (1 - tone) ** 2 + draw(-0.07, 0.07, 3) * tone**2
    black, white = draw(-0.03, 0.12) + draw(-0.02, 0.02, 3), 1 - draw(-0.02, 0.10) + draw(-0.02, 0.02, 3)
    x = black + (white - black) * x
    return (_luma(x) + torch.exp(draw(-0.45, 0.35)) * (x - _luma(x))).clamp(0, 1)


def _luma(x: Tensor) -> Tensor:
    return (x @ torch.tensor(REC601))[:, None]
