"""One side of the data, liked or raw photos, as it is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses.features import Features
from .content import Content, describe_content
from .statistics import sample_colours

MAX_PHOTOS = 150
"""More take longer and hardly change the result."""


@dataclass(frozen=True)
class PhotoSet:
    """N photos and their measurements.

    photos: 3 x H x W uint8 each. colours: N x P x 3 in [-1, 1], drawn at random from each photo. content: what they
    show, described with `features`.
    """

    photos: Sequence[Tensor]
    colours: Tensor
    content: Content
    features: Features | None = None


def describe_photos(photos: Sequence[Tensor], features: Features | None, seed: int = 0) -> PhotoSet:
    """Measure photos (3 x H x W uint8): all of them, or at most MAX_PHOTOS at equal distances in the sequence.

    seed: for the colours that are drawn from each photo.
    """
    chosen = photos[:: -(-len(photos) // MAX_PHOTOS)]
    colours = sample_colours(chosen, torch.Generator().manual_seed(seed))
    return PhotoSet(chosen, colours, describe_content(chosen, features), features)


@torch.no_grad()
def apply_to_colours(network: nn.Module, colours: Tensor) -> Tensor:
    """Map the colours of N photos, N x P x 3 in [-1, 1], by a network for which their positions do not matter.

    network: N x 3 x H x W in [-1, 1] -> the same. Each photo is given to it as a column of P pixels.
    """
    mapped: Tensor = network(colours.transpose(1, 2)[..., None])[..., 0].transpose(1, 2)
    return mapped
