"""An affine colour transform: the closed-form look that training starts from."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ColourTransport(nn.Module):
    """`clamp(A x + b, -1, 1)` on every pixel. Starts as the identity.

    weight: 3 x 3; bias: 3; both for RGB in [-1, 1].
    """

    def __init__(self) -> None:
        super().__init__()
        # torch.eye would load a second's worth of modules where a style is only checked, on the meta device.
        self.weight = nn.Parameter(torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> the same. Kept in float32: an affine map costs nothing."""
        with torch.autocast(x.device.type, enabled=False):
            return F.conv2d(x.float(), self.weight[:, :, None, None], self.bias).clamp(-1, 1)
