"""Photos at the small size at which looks are fitted and results are judged."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FITTING_SHORT_SIDE = 192
"""Pixels of the short side, at most."""

SIDE_MULTIPLE = 16
"""Both sides are multiples of the stride of the deepest VGG features."""


def shrink_photo(photo: Tensor) -> Tensor:
    """Shrink 3 x H x W uint8 to 1 x 3 x h x w in [-1, 1], h and w multiples of 16, the short side at most 192."""
    height, width = photo.shape[1:]
    scale = min(1.0, FITTING_SHORT_SIDE / min(height, width))
    h, w = (max(SIDE_MULTIPLE, round(side * scale / SIDE_MULTIPLE) * SIDE_MULTIPLE) for side in (height, width))
    x = photo[None].float() / 127.5 - 1
    return F.interpolate(x, (h, w), mode="area") if (h, w) != (height, width) else x


@torch.no_grad()
def enhance_shrunk(network: nn.Module, photo: Tensor) -> Tensor:
    """Shrink 3 x H x W uint8 and enhance it: 3 x h x w uint8 on the CPU.

    network: 1 x 3 x H x W in [-1, 1] -> the same, on any device.
    """
    x = shrink_photo(photo).to(next(network.parameters()).device)
    enhanced: Tensor = network(x)[0]
    return ((enhanced.float() + 1) * 127.5).round().to("cpu", torch.uint8)
