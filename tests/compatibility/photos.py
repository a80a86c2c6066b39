"""The photos that the old files were made from, computed in integers and so the same on every machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def picture(seed: int, height: int, width: int, gain: int = 16) -> NDArray[np.uint8]:
    """Draw soft blocks of random colours, H x W x 3, darkened to `gain` sixteenths."""
    corners = np.random.default_rng(seed).integers(20, 236, (height // 16 + 2, width // 16 + 2, 3))
    y, x = np.mgrid[0:height, 0:width]
    (i, v), (j, u) = np.divmod(y, 16), np.divmod(x, 16)
    u, v = u[..., None], v[..., None]
    top = corners[i, j] * (16 - u) + corners[i, j + 1] * u
    bottom = corners[i + 1, j] * (16 - u) + corners[i + 1, j + 1] * u
    pixels: NDArray[np.uint8] = ((top * (16 - v) + bottom * v) * gain // 4096).astype(np.uint8)
    return pixels


def write_folders(folder: Path) -> None:
    """Write the photos of the run into `liked` and `raw`; the exposure of the raw ones varies."""
    for name, first in (("liked", 100), ("raw", 200)):
        (folder / name).mkdir()
        for number in range(24):
            gain = 16 if name == "liked" else 2 + (number * 5) % 15
            Image.fromarray(picture(first + number, 96, 120, gain)).save(folder / name / f"{number:02}.png")
