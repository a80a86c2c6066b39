"""Statistics of single photos whose means over a folder tell one look from another.

For tones and colours, a photo is a few hundred of its colours, whatever their positions. What varies much from photo to
photo of one folder says little about the folder's look, so statistics are compared in units of that variation.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..look.local_contrast import RADIUS_DIVISOR, smooth
from ..look.srgb import REC601, luma
from .shrunk_photo import shrink_photo

COLOURS_PER_PHOTO = 768
"""Divisible by the numbers of bins below."""

TONE_BINS, COLOUR_BINS = 12, 8
"""Bins of equally many colours, from dark to bright, in which luma and opponent colours are averaged."""

EXTREMES = 8
"""The darkest and the brightest colours that are averaged: one in a hundred each."""

OPPONENT_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DETAIL_SIZES = 4


def sample_colours(photos: Sequence[Tensor], rng: torch.Generator) -> Tensor:
    """Draw colours of N photos (3 x H x W uint8) at random: N x COLOURS_PER_PHOTO x 3 in [-1, 1].

    Photos are halved in size first, so that noise does not count as colour.
    """
    return torch.stack([_sample(F.avg_pool2d(shrink_photo(photo), 2)[0].flatten(1), rng) for photo in photos])


def colour_statistics(colours: Tensor) -> Tensor:
    """Return the tone curve of each photo, and its colours from dark to bright: N x P x 3 in [-1, 1] -> N x S.

    In order: means of luma in TONE_BINS and in both extremes; means, then deviations, of r - g and b - g in
    COLOUR_BINS; OPPONENT_QUANTILES of the same two; means of the channels, of their squares and of their products, for
    the joint distribution of all colours. P is divisible by the numbers of bins. Differentiable.
    """
    n = len(colours)
    tones, order = (colours @ torch.tensor(REC601)).sort(dim=1)
    opponents = colours[..., ::2] - colours[..., 1:2]
    bins = opponents.gather(1, order[..., None].expand_as(opponents)).view(n, COLOUR_BINS, -1, 2)
    means = bins.mean(dim=2)
    deviations = ((bins - means[:, :, None]).square().mean(dim=2) + 1e-5).sqrt()
    places = [int(share * colours.shape[1]) for share in OPPONENT_QUANTILES]
    return torch.cat(
        [
            tones.view(n, TONE_BINS, -1).mean(dim=2),
            tones[:, :EXTREMES].mean(dim=1, keepdim=True),
            tones[:, -EXTREMES:].mean(dim=1, keepdim=True),
            means.flatten(1),
            deviations.flatten(1),
            opponents.sort(dim=1).values[:, places].flatten(1),
            colours.mean(dim=1),
            colours.square().mean(dim=1),
            (colours * colours.roll(-1, dims=2)).mean(dim=1),
        ],
        dim=1,
    )


def detail_by_size(photos: Sequence[Tensor]) -> Tensor:
    """Measure the detail of N photos (3 x H x W uint8) in DETAIL_SIZES octaves, fine to coarse, in natural logarithms.

    Returns N x DETAIL_SIZES.
    """
    return torch.stack([_detail_by_size(luma(shrink_photo(photo))) for photo in photos])


def local_contrast_ratio(photos: Sequence[Tensor]) -> Tensor:
    """Compare the detail just below and just above the size of local contrast, as a difference of natural logarithms.

    Returns N x 1 for N photos (3 x H x W uint8). Hardly depends on what they show or on their tone curves.
    """
    return torch.stack([_local_contrast_ratio(luma(shrink_photo(photo))) for photo in photos])


def _sample(pixels: Tensor, rng: torch.Generator) -> Tensor:
    """Draw from 3 x P, with replacement: COLOURS_PER_PHOTO x 3."""
    return pixels[:, torch.randint(pixels.shape[1], (COLOURS_PER_PHOTO,), generator=rng)].T


def _detail_by_size(light: Tensor) -> Tensor:
    logs = []
    for octave in range(DETAIL_SIZES):
        radius = 2**octave
        blurred = F.avg_pool2d(F.pad(light, [radius] * 4, mode="replicate"), 2 * radius + 1, 1)
        logs.append((light - blurred).abs().mean().add(1e-4).log())
        light = blurred
    return torch.stack(logs)


def _local_contrast_ratio(light: Tensor) -> Tensor:
    blurred = smooth(light)
    below, above = smooth(light, 4 * RADIUS_DIVISOR) - blurred, blurred - smooth(blurred)
    return torch.stack([(below.abs().mean() + 1e-3).log() - (above.abs().mean() + 1e-3).log()])
