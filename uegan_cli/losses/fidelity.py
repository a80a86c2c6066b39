"""The fidelity loss: the enhanced photo keeps the content of the original, as VGG features see it (eq. 7)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..config import Recipe

TAP_WEIGHTS = (1 / 64, 1 / 64, 1 / 32, 1 / 32, 1.0)


def fidelity(raw: Sequence[Tensor], enhanced: Sequence[Tensor], recipe: Recipe = "reference") -> Tensor:
    """Distance between two photos' features at relu1_1 .. relu5_1 (each N x C x H x W), summed over the taps. Scalar.

    paper: the l2 norm of the difference, tap by tap, mean over the photos.
    reference: mean squared error of the instance-normalised features, weights 1/64, 1/64, 1/32, 1/32, 1.
    """
    if recipe == "paper":
        norms = [(e.float() - r.float()).flatten(1).norm(dim=1).mean() for r, e in zip(raw, enhanced, strict=True)]
        return torch.stack(norms).sum()
    errors = [
        weight * F.mse_loss(F.instance_norm(e.float()), F.instance_norm(r.float()))
        for weight, r, e in zip(TAP_WEIGHTS, raw, enhanced, strict=True)
    ]
    return torch.stack(errors).sum()
