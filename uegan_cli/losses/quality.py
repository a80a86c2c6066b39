"""The quality loss: relativistic average hinge (eqs. 5 and 6).

Each side is told how much more liked the one set of photos looks than the average of the other. All functions take the
discriminator's lists of prediction maps (one tensor a scale, finest first) and sum over the scales. Both carry the
factor 1/2 of the authors' code; the paper writes them without, and weighs its loss by half as much.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Maps = Sequence[Tensor]


def discriminator(liked: Maps, fake: Maps) -> Tensor:
    """Eq. 5 for one kind of fakes: liked photos should look more liked than the average fake, fakes less. Scalar."""
    return _hinge(liked, fake)


def generator(liked: Maps, enhanced: Maps) -> Tensor:
    """Eq. 6, the same game with the sides changed: enhanced photos should look more liked than liked ones. Scalar."""
    return _hinge(enhanced, liked)


def _hinge(better: Maps, worse: Maps) -> Tensor:
    """Sum over scales of 1/2 (E[1 - (better - E worse)]+ + E[1 + (worse - E better)]+)."""
    terms = [
        F.relu(1 - (b - w.mean())).mean() + F.relu(1 + (w - b.mean())).mean()
        for b, w in zip(better, worse, strict=True)
    ]
    return 0.5 * torch.stack(terms).sum()
