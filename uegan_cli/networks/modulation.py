"""The modulation module (MM) and the variants of it in Table IV."""

from __future__ import annotations

import torch
from torch import Tensor

from .config import Modulation


def penultimate_channels(width: int, form: Modulation) -> int:
    """Return how many channels `modulate` hands to the last stage."""
    return 2 * width if form == "none" else width


def modulate(decoded: Tensor, encoded: Tensor, form: Modulation) -> Tensor:
    """Merge the penultimate features with those of the first stage, both N x w x H x W.

    feature: element-wise product, the paper's modulation. none: concatenation, the skip of a plain U-Net. pixel:
    nothing here; the last layer of the generator multiplies the photo instead.
    """
    if form == "feature":
        return decoded * encoded
    return torch.cat([decoded, encoded], dim=1) if form == "none" else decoded
