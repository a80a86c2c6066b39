"""The modulation module (MM) and its rivals in Table IV."""

from __future__ import annotations

import torch
from torch import Tensor

from ..config import Modulation


def penultimate_channels(width: int, form: Modulation) -> int:
    """Channels that `modulate` hands to the last stage."""
    return 2 * width if form == "none" else width


def modulate(decoded: Tensor, encoded: Tensor, form: Modulation) -> Tensor:
    """Merge the penultimate features with the first stage's (both N x w x H x W).

    feature: element-wise product, the paper's modulation. none: concatenation, as a plain U-Net's skip. pixel: nothing
    here; the generator's last layer multiplies the photo instead.
    """
    if form == "feature":
        return decoded * encoded
    return torch.cat([decoded, encoded], dim=1) if form == "none" else decoded
