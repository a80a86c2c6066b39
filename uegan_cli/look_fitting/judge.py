"""How far enhanced photos are from liked ones, by a measure that no adversary is trained against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..look.exposure_balance import measure_balance
from ..look.look import FittedLook
from ..look.srgb import luma
from .content import deepest, enhance_small, even, explain, small
from .photo_set import Folder
from .statistics import bands, colours_of, shrunk, statistics

SHRINK = 0.6
WEIGHTS = (1.0, 0.3, 0.3)
"""Of tones and colours, of how far photos lie apart in exposure, warmth and tint, and of detail."""

FREE_CHANGE = 0.1
"""Content change that is allowed besides that of the instant look."""

WINDOW = 7
FLAT = 0.01
"""Variance of luma below which a window shows nothing that could change."""


@dataclass(frozen=True)
class Verdict:
    """distance: from the liked photos, in standard deviations from photo to photo. content_change: how much of the
    structure of the photos is another, 0 to 1."""

    distance: float
    content_change: float


@dataclass(frozen=True)
class Judge:
    """Raw photos that nothing is learnt from (3 x H x W uint8), and what their statistics should be on average once
    they are enhanced.

    target: S. metric: S x S, what a squared distance is measured with. most_change: bound on the content change.
    """

    held_out: Sequence[Tensor]
    target: Tensor
    metric: Tensor
    most_change: float

    def verdict(self, generator: nn.Module) -> Verdict:
        """What is to be said of a generator."""
        enhanced = [enhance_small(generator, photo) for photo in self.held_out]
        gap = (torch.cat(_rows(enhanced), dim=1).mean(dim=0) - self.target).double()
        return Verdict(float((gap @ self.metric @ gap).sqrt()), content_change(self.held_out, enhanced))


def judge_between(raw: Folder, held_out: Sequence[Tensor], liked: Folder, look: nn.Module | None = None) -> Judge:
    """A judge by folders of which some raw photos are held out. look: that training starts from, if there is one.

    How near the look comes, all raw and all liked photos tell, with what they show taken into account; a few alone
    would tell little but what is on them. The photos that are held out tell what a network does beyond the look, on
    photos that it does not know.
    """
    look = look or FittedLook()
    enhanced, held = ([enhance_small(look, photo) for photo in photos] for photos in (raw.photos, held_out))
    before, wanted = _rows(enhanced), _rows(liked.photos)
    # Detail goes by what is shown, not by where its edges are: they are what it is measured by.
    content = [(raw.content, liked.content)] * 2 + [(deepest(raw.content), deepest(liked.content))]
    beyond, blocks = [], []
    for weight, shown, one, other in zip(WEIGHTS, content, before, wanted, strict=True):
        explained = explain(shown, (one, other), (even(one), even(other)))
        beyond.append(other.mean(dim=0) + explained.difference - one.mean(dim=0))
        blocks.append(torch.linalg.inv(shrunk(explained.covariance, SHRINK)) * weight / one.shape[1])
    metric: Tensor = torch.block_diag(*blocks)  # type: ignore[no-untyped-call]
    target = torch.cat(_rows(held), dim=1).mean(dim=0) + torch.cat(beyond)
    return Judge(held_out, target, metric, content_change(held_out, held) + FREE_CHANGE)


def content_change(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    """One less the correlation of luma in small windows, where there is something to see, over pairs of photos; what
    tone and contrast do to a photo hardly counts."""
    changes = [_structure_lost(luma(small(x)), luma(small(y))) for x, y in zip(before, after, strict=True)]
    return float(torch.stack(changes).mean())


def _structure_lost(x: Tensor, y: Tensor) -> Tensor:
    def mean(z: Tensor) -> Tensor:
        return F.avg_pool2d(z, WINDOW, 1)

    both, one, two = mean(x * y) - mean(x) * mean(y), mean(x * x) - mean(x) ** 2, mean(y * y) - mean(y) ** 2
    weight = one / (one + FLAT)
    lost = 1 - both.abs() / (one * two).clamp(min=1e-8).sqrt()
    return (weight * lost).sum() / weight.sum().clamp(min=1e-6)


def _rows(photos: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """N photos -> in N rows each: their statistics, how far their levels are from the others', and their detail."""
    colours = colours_of(photos, torch.Generator().manual_seed(0))
    level = measure_balance(colours)
    return statistics(colours), (level - level.mean(dim=0)).abs(), bands(photos)
