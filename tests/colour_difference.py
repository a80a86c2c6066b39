"""How far two pictures are from each other."""

from __future__ import annotations

import torch
from torch import Tensor

from uegan_cli.look.srgb import to_linear

XYZ = torch.tensor([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])
"""From linear sRGB to CIE XYZ."""


def psnr(one: Tensor, other: Tensor) -> float:
    """Return the peak signal-to-noise ratio of two float pictures in [-1, 1], in dB."""
    return float(-10 * torch.log10(((one - other) / 2).square().mean()))


def delta_e(one: Tensor, other: Tensor) -> float:
    """Return the mean colour difference (CIE 1976) of two pictures, 3 x H x W in [-1, 1]."""
    return float((lab(one) - lab(other)).square().sum(dim=0).sqrt().mean())


def lab(x: Tensor) -> Tensor:
    """Convert sRGB, 3 x H x W in [-1, 1], to CIE L*a*b* (D65)."""
    xyz = torch.einsum("ij,jhw->ihw", XYZ, to_linear((x.clamp(-1, 1) + 1) / 2)) / XYZ.sum(dim=1)[:, None, None]
    f = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), (903.3 * xyz + 16) / 116)
    return torch.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
