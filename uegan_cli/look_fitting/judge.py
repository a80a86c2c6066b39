"""How far enhanced photos are from liked ones, by a measure that no adversary is trained against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..look.exposure_balance import measure_balance
from ..look.look import FittedLook
from .content import deepest_descriptor
from .content_change import content_change
from .content_regression import regress_on_content
from .photo_set import PhotoSet
from .robust import shrink_covariance
from .shrunk_photo import enhance_shrunk
from .statistics import colour_statistics, detail_by_size, sample_colours

STATISTIC_WEIGHTS = (1.0, 0.3, 0.3)
"""Weights of tones and colours, of differences between photos in exposure, warmth and tint, and of detail."""

CONTENT_CHANGE_MARGIN = 0.1
"""Content change that is allowed beyond that of the look from which training starts."""


@dataclass(frozen=True)
class Judgement:
    """distance: from the liked photos, in standard deviations from photo to photo. content_change: 0 to 1."""

    distance: float
    content_change: float


@dataclass(frozen=True)
class Judge:
    """Raw photos that are not trained on, and the mean statistics that they should have once they are enhanced.

    held_out: 3 x H x W uint8 each. target: S. metric: S x S, of squared distances. max_content_change: the bound that
    results should keep.
    """

    held_out: Sequence[Tensor]
    target: Tensor
    metric: Tensor
    max_content_change: float

    def assess(self, network: nn.Module) -> Judgement:
        """Enhance the held-out photos with a network, N x 3 x H x W in [-1, 1] -> the same, and judge the results."""
        enhanced = [enhance_shrunk(network, photo) for photo in self.held_out]
        gap = (torch.cat(_statistics(enhanced), dim=1).mean(dim=0) - self.target).double()
        return Judgement(float((gap @ self.metric @ gap).sqrt()), content_change(self.held_out, enhanced))


def make_judge(raw: PhotoSet, held_out: Sequence[Tensor], liked: PhotoSet, look: nn.Module | None = None) -> Judge:
    """Make a judge of results that should look like the liked photos.

    raw: all raw photos, the held-out ones (3 x H x W uint8) included. look: the one that training starts from, if any.

    How far the look is from the liked photos is measured on all photos, with their content taken into account: the few
    held-out ones would mostly tell what they show. The held-out photos tell what a network does beyond the look, on
    photos that it has not seen.
    """
    look = look or FittedLook()
    enhanced = [enhance_shrunk(look, photo) for photo in raw.photos]
    enhanced_held_out = [enhance_shrunk(look, photo) for photo in held_out]
    # Edges are detail themselves: where there are deep features, they alone predict it.
    contents = [(raw.content, liked.content)] * 2
    contents.append((deepest_descriptor(raw.content), deepest_descriptor(liked.content)))
    gaps, metrics = [], []
    pairs = zip(STATISTIC_WEIGHTS, contents, _statistics(enhanced), _statistics(liked.photos), strict=True)
    for weight, content, raw_rows, liked_rows in pairs:
        regression = regress_on_content(content, (raw_rows, liked_rows))
        gaps.append(liked_rows.mean(dim=0) + regression.difference - raw_rows.mean(dim=0))
        precision = torch.linalg.inv(shrink_covariance(regression.residual_covariance))
        metrics.append(precision * weight / raw_rows.shape[1])
    metric: Tensor = torch.block_diag(*metrics)  # type: ignore[no-untyped-call]
    target = torch.cat(_statistics(enhanced_held_out), dim=1).mean(dim=0) + torch.cat(gaps)
    return Judge(held_out, target, metric, content_change(held_out, enhanced_held_out) + CONTENT_CHANGE_MARGIN)


def _statistics(photos: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the statistics of N photos (3 x H x W uint8), N rows each, in the order of STATISTIC_WEIGHTS."""
    colours = sample_colours(photos, torch.Generator().manual_seed(0))
    balances = measure_balance(colours)
    return colour_statistics(colours), (balances - balances.mean(dim=0)).abs(), detail_by_size(photos)
