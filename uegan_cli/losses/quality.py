"""The quality loss: relativistic average hinge (eqs. 5 and 6).

Each side compares every photo of one set with the average photo of the other. All functions take the discriminator's
lists of prediction maps (one tensor for each scale, finest first) and sum over the scales. Both losses carry the factor
1/2 of the authors' code; the paper writes them without it, and gives its loss half the weight.

mean: takes the mean of a map over the whole batch, if the photos at hand are only a share of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Maps = Sequence[Tensor]
Mean = Callable[[Tensor], Tensor]


def discriminator(liked: Maps, fake: Maps, mean: Mean = torch.mean) -> Tensor:
    """Return eq. 5 for one kind of fakes: liked photos should score above the average fake, fakes below. Scalar."""
    return _hinge(liked, fake, mean)


def generator(liked: Maps, enhanced: Maps, mean: Mean = torch.mean) -> Tensor:
    """Return eq. 6, with the roles reversed: enhanced photos should score above the average liked one. Scalar."""
    return _hinge(enhanced, liked, mean)


def _hinge(better: Maps, worse: Maps, mean: Mean) -> Tensor:
    """Return the sum over scales of 1/2 (E[1 - (better - E worse)]+ + E[1 + (worse - E better)]+)."""
    terms = [
        F.relu(1 - (b - mean(w))).mean() + F.relu(1 + (w - mean(b))).mean() for b, w in zip(better, worse, strict=True)
    ]
    return 0.5 * torch.stack(terms).sum()
