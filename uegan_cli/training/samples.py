"""Some of the user's own photos, to see with one's own eyes how a run goes."""

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

SHOWN = 6
"""Raw photos that are shown where the user named none."""


def some_of(paths: Sequence[Path], count: int = SHOWN) -> list[Path]:
    """At most so many of them, spread evenly."""
    count = min(count, len(paths))
    return [paths[number * len(paths) // count] for number in range(count)]


def read_sample(path: Path) -> Pixels:
    """A photo as large as networks see it: H x W x 3 uint8. Raises PhotoError."""
    image = Image.fromarray(read_upright_srgb(path, WORKING_SIZE))
    image.thumbnail((WORKING_SIZE, WORKING_SIZE), Image.Resampling.LANCZOS)
    return np.asarray(image)


@torch.no_grad()
def enhanced(network: nn.Module, pixels: Pixels) -> Pixels:
    """What a network makes of a sample: H x W x 3 uint8."""
    device = next(network.parameters()).device
    x = torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None].to(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device)):
        y = network(x)[0]
    levels = ((y.float() + 1) * 127.5).round().clamp(0, 255).byte()
    result: Pixels = levels.permute(1, 2, 0).cpu().numpy()
    return result
