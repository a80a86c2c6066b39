"""Descriptions of what photos show that hardly depend on their tones and colours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..look.srgb import luma
from ..losses.features import Features
from .shrunk_photo import shrink_photo

EDGE_SCALES, EDGE_DIRECTIONS = 3, 6
BRIGHTNESS_GRID = 6
"""Cells down and across in which brightness is averaged."""

RELU5_1 = 4
"""Index of the deepest feature map."""

Content = tuple[Tensor, ...]
"""Descriptors of N photos, each N x C: the layout of brightness and edges; then deep features, if there are any."""


@torch.no_grad()
def describe_content(photos: Sequence[Tensor], features: Features | None) -> Content:
    """Describe what photos (3 x H x W uint8) show: their layout and, if there are `features`, deep features.

    All of it is measured in the grey photo after histogram equalisation, so that tones and colours do not count.
    """
    rows = [_describe(equalise_histogram(luma((shrink_photo(photo) + 1) / 2)), features) for photo in photos]
    return tuple(torch.stack(descriptor) for descriptor in zip(*rows, strict=True))


def deepest_descriptor(content: Content) -> Content:
    """Keep the deep features alone, where there are any, and the layout otherwise."""
    return content[-1:]


def equalise_histogram(grey: Tensor) -> Tensor:
    """Replace each value of 1 x 1 x H x W by its rank, scaled to [0, 1]; equal values share the lowest rank."""
    flat = grey.flatten()
    ordered = flat.sort().values
    return (torch.searchsorted(ordered, flat).float() / max(1, flat.numel() - 1)).view_as(grey)


def _describe(grey: Tensor, features: Features | None) -> list[Tensor]:
    """Return the descriptors, C each, of 1 x 1 x H x W in [0, 1]."""
    descriptors = [torch.cat([*_edges(grey), F.adaptive_avg_pool2d(grey, BRIGHTNESS_GRID).flatten() / 2])]
    if features is not None:
        x = (grey * 2 - 1).expand(-1, 3, -1, -1).to(features.mean.device)
        # Mean activations are distributed much like counts: the square root makes their variances alike.
        descriptors.append(features(x)[RELU5_1].float().mean(dim=(2, 3))[0].sqrt().cpu())
    return descriptors


def _edges(grey: Tensor) -> Iterator[Tensor]:
    """Yield, for each scale, the strength of edges of each direction in each quarter of the photo."""
    for _ in range(EDGE_SCALES):
        down, right = grey.diff(dim=2)[..., :-1], grey.diff(dim=3)[:, :, :-1]
        direction = ((torch.atan2(down, right) % math.pi) / math.pi * EDGE_DIRECTIONS).long() % EDGE_DIRECTIONS
        strength = torch.hypot(down, right)
        by_direction = strength.new_zeros(1, EDGE_DIRECTIONS, *strength.shape[2:]).scatter_(1, direction, strength)
        yield F.adaptive_avg_pool2d(by_direction, 2).flatten().sqrt()
        grey = F.avg_pool2d(grey, 2)
