"""A folder of photos in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses.features import Features
from .content import Content, described
from .statistics import colours_of

MOST_PHOTOS = 150
"""Photos of a folder that are looked at; more take longer and hardly change what is found."""


@dataclass(frozen=True)
class Folder:
    """photos: 3 x H x W uint8. colours: N x PIXELS x 3 in [-1, 1]. content: what they show, as told by `features`."""

    photos: Sequence[Tensor]
    colours: Tensor
    content: Content
    features: Features | None = None


def look_through(photos: Sequence[Tensor], features: Features | None, seed: int = 0) -> Folder:
    """A folder of photos; of many, MOST_PHOTOS are taken, evenly spread."""
    chosen = photos[:: -(-len(photos) // MOST_PHOTOS)]
    return Folder(
        chosen, colours_of(chosen, torch.Generator().manual_seed(seed)), described(chosen, features), features
    )


@torch.no_grad()
def seen_through(look: nn.Module, colours: Tensor) -> Tensor:
    """N x P x 3 in [-1, 1], each of the N a photo, as a network shows them that does not look at places."""
    shown: Tensor = look(colours.transpose(1, 2)[..., None])[..., 0].transpose(1, 2)
    return shown
