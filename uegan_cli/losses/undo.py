"""The undo loss: degraded copies of liked photos are brought back to the originals. Not part of the paper."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def undo(liked: Tensor, restored: Tensor) -> Tensor:
    """Return the l1 distance of N x 3 x H x W at full size, and at a quarter, where texture does not count. Scalar."""
    return F.l1_loss(restored, liked) + F.l1_loss(F.avg_pool2d(restored, 4), F.avg_pool2d(liked, 4))


def clipping(liked: Tensor, restored: Tensor) -> Tensor:
    """Return how far results beyond white (1) would be clipped, on average, except where `liked` is white. Scalar.

    restored: N x 3 x H x W, not clamped.
    """
    return (F.relu(restored - 1) * (liked < 1)).mean()
