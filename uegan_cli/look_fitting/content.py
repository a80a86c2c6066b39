"""What photos show, whatever their tone and colour; and what that alone makes of a comparison of two folders.

Two folders show different things, and a comparison of their colours takes that for a difference in look: a folder of
forests is not a folder with a green cast. How tones and colours go with what is shown can be learnt from the photos of
each folder by themselves, and what it foretells of the difference between the folders is not the look's doing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..look.srgb import luma
from ..losses.features import Features

SHORT_SIDE = 192
MULTIPLE = 16
RELU5_1 = 4
SCALES, DIRECTIONS, GRID = 3, 6, 6

FLOOR = 0.3
"""Of the mean deviation of all features: what hardly varies is not blown up."""

NOISE = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 50.0, 1e6)
"""Ridges to choose from, in parts of the mean size of a described photo; the last one explains nothing."""

DOUBT = 2.0
"""The difference of two folders is less sure than that of photos of one folder."""

Content = tuple[Tensor, ...]
"""Descriptions of N photos, of one kind each, N x C."""


def small(photo: Tensor) -> Tensor:
    """3 x H x W uint8 -> 1 x 3 x h x w in [-1, 1], short side at most SHORT_SIDE, multiples of 16."""
    height, width = photo.shape[1:]
    scale = min(1.0, SHORT_SIDE / min(height, width))
    h, w = (max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (height, width))
    x = photo[None].float() / 127.5 - 1
    return F.interpolate(x, (h, w), mode="area") if (h, w) != (height, width) else x


@torch.no_grad()
def enhance_small(generator: nn.Module, photo: Tensor) -> Tensor:
    """3 x H x W uint8 -> the same with a short side of at most SHORT_SIDE, enhanced."""
    x = small(photo).to(next(generator.parameters()).device)
    enhanced: Tensor = generator(x)[0]
    return ((enhanced.float() + 1) * 127.5).round().to("cpu", torch.uint8)


@torch.no_grad()
def described(photos: Sequence[Tensor], features: Features | None) -> Content:
    """What photos (3 x H x W uint8) show: where they are bright and where edges run, and deep features if any.

    All of it is seen in the equalised grey photo, so that tone and colour do not count.
    """
    rows = [_described(equalise(luma((small(photo) + 1) / 2)), features) for photo in photos]
    return tuple(torch.stack(kind) for kind in zip(*rows, strict=True))


def deepest(content: Content) -> Content:
    """What photos show, as far as it is not edges; edges where nothing else is known."""
    return content[-1:]


def equalise(grey: Tensor) -> Tensor:
    """1 x 1 x H x W in [0, 1] -> the same with its values spread evenly: each becomes its rank."""
    flat = grey.flatten()
    ordered = flat.sort().values
    return (torch.searchsorted(ordered, flat).float() / max(1, flat.numel() - 1)).view_as(grey)


@dataclass(frozen=True)
class Explained:
    """How far two sets differ by what they show.

    difference: of the means of their statistics, first set less second, S. left: what the content does not explain of
    each photo's statistics, learnt from the others, N x S and M x S, around the mean of its set. doubt: variance of
    `difference`, in parts of the variance of what is left.
    """

    difference: Tensor
    left: tuple[Tensor, Tensor]
    doubt: float

    @property
    def covariance(self) -> Tensor:
        """Of what is left, from photo to photo: S x S."""
        left = torch.cat(self.left)
        return left.T @ left / len(left)


def explain(content: tuple[Content, Content], rows: tuple[Tensor, Tensor], weights: tuple[Tensor, Tensor]) -> Explained:
    """Learn from the photos of each set by themselves how statistics go with content (a Gaussian process with a linear
    kernel; its noise chosen by leaving out one photo at a time), and foretell the difference of the sets.

    content: of N and M photos. rows: their statistics, N x S and M x S. weights: of the photos, each with sum 1.
    """
    away = torch.cat([r - w @ r for r, w in zip(rows, weights, strict=True)])
    kinds = [_centred(kind, weights) for kind in zip(*content, strict=True)]
    shown, apart = (torch.cat(parts, dim=-1) / len(kinds) ** 0.5 for parts in zip(*kinds, strict=True))
    unit = away.std(dim=0) + 1e-6
    kernel, targets = shown @ shown.T, (away / unit).double()
    values, vectors = torch.linalg.eigh(kernel)
    inverses = {noise: (vectors / (values + noise)) @ vectors.T for noise in NOISE}
    noise = min(NOISE, key=lambda noise: float(_left_out(inverses[noise], targets).square().mean()))
    inverse = inverses[noise]
    toward = shown @ apart
    doubt = DOUBT * float(apart @ apart - toward @ inverse @ toward) / noise
    difference, left = toward @ inverse @ targets, _left_out(inverse, targets)
    left = left.float() * unit
    return Explained(difference.float() * unit, (left[: len(rows[0])], left[len(rows[0]) :]), doubt)


def even(rows: Tensor) -> Tensor:
    """The same weight for each row, with sum 1."""
    return torch.full((len(rows),), 1 / len(rows))


def _described(grey: Tensor, features: Features | None) -> list[Tensor]:
    kinds = [torch.cat([*_edges(grey), F.adaptive_avg_pool2d(grey, GRID).flatten() / 2])]
    if features is not None:
        x = (grey * 2 - 1).expand(-1, 3, -1, -1).to(features.mean.device)
        # They are counts, more or less: the square root makes their variances alike.
        kinds.append(features(x)[RELU5_1].float().mean(dim=(2, 3))[0].sqrt().cpu())
    return kinds


def _edges(grey: Tensor) -> Iterator[Tensor]:
    """How much there is of edges of each direction in the quarters of the photo, at each scale."""
    for _ in range(SCALES):
        down, right = grey.diff(dim=2)[..., :-1], grey.diff(dim=3)[:, :, :-1]
        direction = ((torch.atan2(down, right) % math.pi) / math.pi * DIRECTIONS).long() % DIRECTIONS
        strength = torch.hypot(down, right)
        sorted_ = strength.new_zeros(1, DIRECTIONS, *strength.shape[2:]).scatter_(1, direction, strength)
        yield F.adaptive_avg_pool2d(sorted_, 2).flatten().sqrt()
        grey = F.avg_pool2d(grey, 2)


def _centred(content: tuple[Tensor, ...], weights: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Described photos around the mean of their set, of mean size 1, and the difference of these means."""
    means = [w @ c for c, w in zip(content, weights, strict=True)]
    shown = torch.cat([c - mean for c, mean in zip(content, means, strict=True)])
    deviation = shown.std(dim=0)
    unit = deviation + FLOOR * deviation.mean() + 1e-9
    size = (shown / unit).square().sum(dim=1).mean().sqrt() + 1e-9
    return (shown / unit / size).double(), ((means[0] - means[1]) / unit / size).double()


def _left_out(inverse: Tensor, targets: Tensor) -> Tensor:
    """The errors for photos that are left out one at a time."""
    return (inverse @ targets) / inverse.diagonal()[:, None]
