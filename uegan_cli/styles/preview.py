"""The preview of a style: before on the left, after on the right."""

from __future__ import annotations

import io

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

SIDE = 256
Pixels = NDArray[np.uint8]


def make_preview(generator: nn.Module, picture: Pixels | None = None) -> bytes:
    """Return a JPEG of `picture` (H x W x 3, sRGB; by default a painted scene) before and after, both up to 256 px."""
    before = _shrunk(sample_scene() if picture is None else picture)
    x = torch.from_numpy(before.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with torch.inference_mode():
        y = generator(x)[0].permute(1, 2, 0)
    after = ((y.float().numpy() + 1) * 127.5).round().clip(0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.concatenate([before, after], axis=1)).save(file, "JPEG", quality=88)
    return file.getvalue()


def sample_scene(side: int = SIDE) -> Pixels:
    """Paint a dull sky, hills, a path and a strip of greys: side x side x 3."""
    y, x = np.mgrid[0:side, 0:side] / side
    ridge = 0.45 + 0.08 * np.sin(7 * x) + 0.03 * np.sin(23 * x)
    layers = [
        (y >= 0, (0.55, 0.62, 0.72), 0.20 * (1 - y)),
        (y > ridge, (0.34, 0.40, 0.27), 0.25 * (1 - y)),
        (y > 0.62 + 0.10 * x, (0.40, 0.38, 0.22), 0.10 * x),
        (abs(x - 0.5 - 0.3 * (y - 0.6)) < 0.25 * (y - 0.6), (0.58, 0.46, 0.38), 0.05 * y),
        ((x - 0.78) ** 2 + (y - 0.2) ** 2 < 0.006, (0.85, 0.76, 0.62), 0 * x),
    ]
    scene = np.zeros((side, side, 3))
    for where, colour, light in layers:
        scene[where] = (np.array(colour) + light[..., None])[where]
    greys = np.floor(x * 12) / 11
    scene[y > 0.93] = np.repeat((0.08 + 0.84 * greys)[..., None], 3, axis=2)[y > 0.93]
    return (scene.clip(0, 1) * 255).round().astype(np.uint8)


def _shrunk(picture: Pixels) -> Pixels:
    image = Image.fromarray(picture)
    image.thumbnail((SIDE, SIDE))
    return np.asarray(image)
