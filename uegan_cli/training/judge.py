"""How far enhanced photos are from liked ones, by a measure that no adversary is trained against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .matching import Patches, at_matching_size, kinds, photo_patches, shares

DIRECTIONS = 48
COLOURS = 20_000


@dataclass(frozen=True)
class Judge:
    """Raw photos to enhance, and the liked patches they should come near to, each patch with its weight.

    The weights make both sets show the same things in the same shares (see `matching`).
    """

    raw: Sequence[Tensor]
    raw_weights: Tensor
    liked: Patches
    liked_weights: Tensor
    directions: Tensor

    @torch.no_grad()
    def distance(self, generator: nn.Module) -> float:
        """Sliced Wasserstein distance between the colours of enhanced raw photos and of liked ones, in levels of 255.

        Colours are compared together with their deviation from the patch around them, so that contrast counts too.
        """
        enhanced = [enhance_small(generator, photo) for photo in self.raw]
        patches = photo_patches(enhanced, None)
        one, two = _described(patches.colours), _described(self.liked.colours)
        rng = torch.Generator().manual_seed(0)
        one = one[_draw(self.raw_weights, rng), torch.randint(one.shape[1], (COLOURS,), generator=rng)]
        two = two[_draw(self.liked_weights, rng), torch.randint(two.shape[1], (COLOURS,), generator=rng)]
        gap = (one @ self.directions).sort(dim=0).values - (two @ self.directions).sort(dim=0).values
        return float(gap.abs().mean() * 127.5)


def judge_between(
    raw: Sequence[Tensor], raw_patches: Patches, liked_patches: Patches, photos: int, seed: int = 0
) -> Judge:
    """A judge by the first `photos` described photos of each side. raw: 3 x H x W uint8, patches of them."""
    rng = torch.Generator().manual_seed(seed)
    raw_patches, liked_patches = raw_patches.first(photos), liked_patches.first(photos)
    labels = kinds(raw_patches, liked_patches, rng)
    weights = shares(*labels, torch.ones(len(raw_patches)), torch.ones(len(liked_patches)))
    directions = torch.randn(6, DIRECTIONS, generator=rng)
    judged = [raw[int(number)] for number in torch.unique(raw_patches.photo)]
    return Judge(judged, weights[0], liked_patches, weights[1], directions / directions.norm(dim=0))


def _described(colours: Tensor) -> Tensor:
    """P x 16 x 3 -> P x 16 x 6: each colour, and how it differs from its patch's mean."""
    return torch.cat([colours, colours - colours.mean(dim=1, keepdim=True)], dim=2)


def _draw(weights: Tensor, rng: torch.Generator) -> Tensor:
    return torch.multinomial(weights, COLOURS, replacement=True, generator=rng)


@torch.no_grad()
def enhance_small(generator: nn.Module, photo: Tensor) -> Tensor:
    """3 x H x W uint8 -> the same at matching size, enhanced."""
    x = at_matching_size(photo).to(next(generator.parameters()).device)
    enhanced: Tensor = generator(x)[0]
    return ((enhanced + 1) * 127.5).round().to("cpu", torch.uint8)
