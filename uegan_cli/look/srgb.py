"""The sRGB transfer curves (IEC 61966-2-1) and Rec. 601 luma, on tensors."""

from __future__ import annotations

import torch
from torch import Tensor

REC601 = (0.299, 0.587, 0.114)


def luma(x: Tensor) -> Tensor:
    """Return the Rec. 601 luma of sRGB values, N x 3 x H x W -> N x 1 x H x W."""
    weights = torch.tensor(REC601, device=x.device, dtype=x.dtype).view(1, 3, 1, 1)
    return (x * weights).sum(dim=1, keepdim=True)


def luma_of_planes(colours: Tensor) -> Tensor:
    """Return the Rec. 601 luma of 3 x ... colours, in one new tensor: for full-size photos."""
    red, green, blue = REC601
    return (red * colours[0]).add_(colours[1], alpha=green).add_(colours[2], alpha=blue)


def to_linear(x: Tensor) -> Tensor:
    """Convert sRGB in [0, 1] to linear light in [0, 1]."""
    return torch.where(x <= 0.04045, x / 12.92, ((x.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4)


def to_srgb(x: Tensor) -> Tensor:
    """Convert linear light in [0, 1] to sRGB in [0, 1]."""
    return torch.where(x <= 0.0031308, x * 12.92, 1.055 * x.clamp(min=0.0031308) ** (1 / 2.4) - 0.055)
