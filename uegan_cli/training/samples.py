"""Samples: some of the user's own photos, which show the progress of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from ..enhancement.devices import has_bfloat16
from ..look.config import WORKING_SIZE
from ..photo.photo import Pixels
from ..photo.reading import read_upright_srgb

DEFAULT_SAMPLES = 6
"""Raw photos that are shown if the user named none."""


def pick_evenly(paths: Sequence[Path], count: int = DEFAULT_SAMPLES) -> list[Path]:
    """Return `count` of the paths, evenly spread, or all if there are fewer."""
    count = min(count, len(paths))
    return [paths[number * len(paths) // count] for number in range(count)]


def read_sample(path: Path) -> Pixels:
    """Read a photo at the size that networks see, H x W x 3 uint8. Raises PhotoError."""
    image = Image.fromarray(read_upright_srgb(path, WORKING_SIZE))
    image.thumbnail((WORKING_SIZE, WORKING_SIZE), Image.Resampling.LANCZOS)
    return np.asarray(image)


@torch.no_grad()
def enhance_sample(network: nn.Module, pixels: Pixels) -> Pixels:
    """Enhance a sample, H x W x 3 uint8, at its own size, without the edit grid."""
    device = next(network.parameters()).device
    x = torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None].to(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device)):
        y = network(x)[0]
    levels = ((y.float() + 1) * 127.5).round().clamp(0, 255).byte()
    result: Pixels = levels.permute(1, 2, 0).cpu().numpy()
    return result
