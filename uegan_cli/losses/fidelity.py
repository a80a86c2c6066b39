"""The fidelity loss: the enhanced photo keeps the content of the raw one, as VGG features represent it (eq. 7)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from . import LossForms
from .fast import normalised_error

LAYER_WEIGHTS = (1 / 64, 1 / 64, 1 / 32, 1 / 32, 1.0)


def fidelity(raw: Sequence[Tensor], enhanced: Sequence[Tensor], form: LossForms = "reference") -> Tensor:
    """Return the distance between two photos' features at relu1_1 .. relu5_1 (each N x C x H x W). Scalar.

    paper: the l2 norm of the difference, mean over the photos, summed over the layers.
    reference: the mean squared error of the instance-normalised features, with LAYER_WEIGHTS.
    """
    if form == "paper":
        norms = [(e.float() - r.float()).flatten(1).norm(dim=1).mean() for r, e in zip(raw, enhanced, strict=True)]
        return torch.stack(norms).sum()
    errors = [weight * normalised_error(r, e) for weight, r, e in zip(LAYER_WEIGHTS, raw, enhanced, strict=True)]
    return torch.stack(errors).sum()
