"""The quality loss: relativistic average hinge (eqs. 5 and 6).

Each side is told how much more liked the one set of photos looks than the average of the other. All functions take the
discriminator's lists of prediction maps (one tensor a scale, finest first) and sum over the scales. Both carry the
factor 1/2 of the authors' code; the paper writes them without, and weighs its loss by half as much.

mean: of a map over the whole batch, where the photos at hand are only a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Maps = Sequence[Tensor]
Mean = Callable[[Tensor], Tensor]


def discriminator(liked: Maps, fake: Maps, mean: Mean = torch.mean) -> Tensor:
    """Eq. 5 for one kind of fakes: liked photos should look more liked than the average fake, fakes less. Scalar."""
    return _hinge(liked, fake, mean)


def generator(liked: Maps, enhanced: Maps, mean: Mean = torch.mean) -> Tensor:
    """Eq. 6, the same game with the sides changed: enhanced photos should look more liked than liked ones. Scalar."""
    return _hinge(enhanced, liked, mean)


def _hinge(better: Maps, worse: Maps, mean: Mean) -> Tensor:
    """Sum over scales of 1/2 (E[1 - (better - E worse)]+ + E[1 + (worse - E better)]+)."""
    terms = [
        F.relu(1 - (b - mean(w))).mean() + F.relu(1 + (w - mean(b))).mean() for b, w in zip(better, worse, strict=True)
    ]
    return 0.5 * torch.stack(terms).sum()
