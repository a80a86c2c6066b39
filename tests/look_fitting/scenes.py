"""Soft random pictures in place of photos."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def scenes(count: int, seed: int) -> list[Tensor]:
    """Draw pictures, 3 x 96 x 128 uint8 each."""
    coarse = torch.rand(count, 3, 5, 6, generator=torch.Generator().manual_seed(seed))
    smooth = nn.functional.interpolate(coarse, (96, 128), mode="bicubic").clamp(0, 1)
    return list(smooth.mul(255).to(torch.uint8))
