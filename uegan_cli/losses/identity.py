"""The identity loss: a photo that is liked already should stay as it is (eq. 8)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from . import LossForms

SCALE_WEIGHTS = (1.0, 0.5, 0.25)


def identity(liked: Tensor, enhanced: Tensor, form: LossForms = "reference") -> Tensor:
    """Return the l1 distance between liked photos and G(liked), both N x 3 x H x W in [-1, 1]. Scalar.

    paper: at full size. reference: summed over three scales, halved by 2 x 2 averages, with SCALE_WEIGHTS.
    """
    loss = F.l1_loss(enhanced, liked)
    if form == "paper":
        return loss
    for weight in SCALE_WEIGHTS[1:]:
        liked, enhanced = F.avg_pool2d(liked, 2), F.avg_pool2d(enhanced, 2)
        loss = loss + weight * F.l1_loss(enhanced, liked)
    return loss
