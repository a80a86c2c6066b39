"""What a photo's tones and colours are like, in numbers whose means tell one look from another.

A photo is a few hundred of its colours; where they lie in it does not matter. What varies much from photo to photo of
one folder tells little about the folder's look, so all comparisons are made in units of that variation.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..look.local_contrast import RADIUS_DIVISOR, smooth
from ..look.srgb import REC601, luma
from .content import small

PIXELS = 768
"""Colours that stand for a photo; divisible by the numbers of bins below."""

TONES, TINTS = 12, 8
"""Bins of equally many pixels, from dark to bright, in which tones and colours are averaged."""

ENDS = 8
"""The darkest and the brightest pixels: one in a hundred each."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BANDS = 4
FREEDOM = 20.0
"""Of the Student distribution that photos are weighted by: one night among a hundred days hardly counts."""


def colours_of(photos: Sequence[Tensor], rng: torch.Generator) -> Tensor:
    """Random colours of each photo (3 x H x W uint8) -> N x PIXELS x 3 in [-1, 1]. Halved in size first, as noise is
    no colour."""
    return torch.stack([_some(F.avg_pool2d(small(photo), 2)[0].flatten(1), rng) for photo in photos])


def statistics(colours: Tensor) -> Tensor:
    """N x PIXELS x 3 in [-1, 1] -> N x S, differentiable: a photo's tone curve, and its colours from dark to bright.

    In order: mean luma of TONES bins and of both ends; means, then deviations, of r - g and b - g in TINTS bins;
    QUANTILES of the same two; means of the channels and of their products, which say how all colours lie together.
    """
    n = len(colours)
    tones, order = (colours @ torch.tensor(REC601)).sort(dim=1)
    opponents = colours[..., ::2] - colours[..., 1:2]
    bins = opponents.gather(1, order[..., None].expand_as(opponents)).view(n, TINTS, -1, 2)
    means = bins.mean(dim=2)
    deviations = ((bins - means[:, :, None]).square().mean(dim=2) + 1e-5).sqrt()
    places = [int(share * colours.shape[1]) for share in QUANTILES]
    return torch.cat(
        [
            tones.view(n, TONES, -1).mean(dim=2),
            tones[:, :ENDS].mean(dim=1, keepdim=True),
            tones[:, -ENDS:].mean(dim=1, keepdim=True),
            means.flatten(1),
            deviations.flatten(1),
            opponents.sort(dim=1).values[:, places].flatten(1),
            colours.mean(dim=1),
            colours.square().mean(dim=1),
            (colours * colours.roll(-1, dims=2)).mean(dim=1),
        ],
        dim=1,
    )


def bands(photos: Sequence[Tensor]) -> Tensor:
    """Photos (3 x H x W uint8) -> N x BANDS: how much detail of each size there is, from fine to coarse, in natural
    logarithms."""
    return torch.stack([_bands(luma(small(photo))) for photo in photos])


def clarity(photos: Sequence[Tensor]) -> Tensor:
    """Photos (3 x H x W uint8) -> N x 1: how much more detail there is just below the size that local contrast is made
    of than just above, in natural logarithms. Much the same for all photos, whatever they show, and for any curve of
    tones."""
    return torch.stack([_clarity(luma(small(photo))) for photo in photos])


def photo_weights(rows: Tensor, freedom: float = FREEDOM, rounds: int = 10) -> Tensor:
    """How much each photo counts, N x S -> N with sum 1: by a Student distribution of that much freedom fitted to the
    rows, so that odd photos do not decide."""
    weights = torch.full((len(rows),), 1 / len(rows))
    for _ in range(rounds):
        away = rows - weights @ rows
        inverse = torch.linalg.inv(shrunk((away * weights[:, None]).T @ away, 0.3))
        distance = ((away.double() @ inverse) * away).sum(dim=1)
        weights = ((freedom + rows.shape[1]) / (freedom + distance)).float()
        weights = weights / weights.sum()
    return weights


def shrunk(covariance: Tensor, share: float) -> Tensor:
    """With its off-diagonal entries made smaller, in float64: so few photos do not tell so many correlations."""
    diagonal = covariance.diagonal().double()
    return (1 - share) * covariance.double() + torch.diag(share * diagonal + 1e-4 * diagonal.mean() + 1e-9)


def _some(pixels: Tensor, rng: torch.Generator) -> Tensor:
    return pixels[:, torch.randint(pixels.shape[1], (PIXELS,), generator=rng)].T


def _bands(x: Tensor) -> Tensor:
    found = []
    for band in range(BANDS):
        reach = 2**band
        near = F.avg_pool2d(F.pad(x, [reach] * 4, mode="replicate"), 2 * reach + 1, 1)
        found.append((x - near).abs().mean().add(1e-4).log())
        x = near
    return torch.stack(found)


def _clarity(x: Tensor) -> Tensor:
    around = smooth(x)
    below, above = smooth(x, 4 * RADIUS_DIVISOR) - around, around - smooth(around)
    return torch.stack([(below.abs().mean() + 1e-3).log() - (above.abs().mean() + 1e-3).log()])
