"""Training photos: decoded once at training size, kept in memory as bytes, cut afresh for every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ..errors import PhotoError
from ..photo.reading import read_upright_srgb

Pixels = NDArray[np.uint8]
T = TypeVar("T")
Cut = Callable[[Tensor, int, float], tuple[int, int]]

ROOM = 1.5
"""Photos are kept this much larger than a crop, so that crops can be larger or smaller parts of the photo."""

LEAST = 0.75
"""Part of either side that a nearly whole photo has at least."""


def load_photos(paths: Sequence[Path], short_side: int) -> dict[Path, Tensor | str]:
    """Decode photos with their short side reduced to at most `short_side` pixels.

    Returns each photo as 3 x H x W uint8, or the line that says why it cannot be read, in the order of `paths`.
    """

    def load(path: Path) -> Tensor | str:
        try:
            pixels: Pixels = read_upright_srgb(path, short_side)
        except PhotoError as error:
            return str(error)
        return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))

    with ThreadPoolExecutor() as pool:
        return dict(zip(paths, pool.map(load, paths), strict=True))


def hold_out(photos: Sequence[T], at_most: int) -> tuple[list[T], list[T]]:
    """Split into photos to learn from and photos to judge by: every fifth, and of many `at_most`, evenly spread."""
    every = max(5, -(-len(photos) // at_most))
    return [p for n, p in enumerate(photos) if n % every], list(photos[::every])


class Crops:
    """An endless, reproducible stream of square crops from a list of photos.

    Every photo comes once before any comes again, and is mirrored half of the time. Colours are never touched: they
    are what is learnt. cut: how a crop is cut.
    """

    def __init__(self, photos: Sequence[Tensor], size: int, seed: int, cut: Cut | None = None) -> None:
        self.photos = list(photos)
        self.size = size
        self.cut = cut or square
        self.rng = torch.Generator().manual_seed(seed)
        self.order: list[int] = []

    def batch(self, count: int) -> Tensor:
        """count x 3 x size x size in [-1, 1], channels last."""
        crops = torch.stack([self._crop(self._next()) for _ in range(count)])
        return to_float(crops)

    def state_dict(self) -> dict[str, object]:
        """Everything that decides the crops to come."""
        return {"rng": self.rng.get_state(), "order": list(self.order)}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Go on exactly where `state_dict` was taken."""
        rng, order = state["rng"], state["order"]
        assert isinstance(rng, Tensor) and isinstance(order, list)
        self.rng.set_state(rng)
        self.order = list(order)

    def _next(self) -> Tensor:
        if not self.order:
            self.order = torch.randperm(len(self.photos), generator=self.rng).tolist()
        return self.photos[self.order.pop()]

    def _crop(self, photo: Tensor) -> Tensor:
        part, up, left, flip = torch.rand(4, generator=self.rng).tolist()
        height, width = self.cut(photo, self.size, part)
        top, start = round(up * (photo.shape[1] - height)), round(left * (photo.shape[2] - width))
        crop = photo[:, top : top + height, start : start + width]
        if (height, width) != (self.size, self.size):
            crop = resize(crop, self.size)
        return crop.flip(2) if flip < 0.5 else crop


def square(photo: Tensor, size: int, part: float) -> tuple[int, int]:
    """Height and width of a crop of 3 x H x W: from `size`, or 1 / ROOM of the short side, to all of it."""
    short = min(photo.shape[1:])
    smallest = min(size, short)
    side = smallest + round(part * (short - smallest))
    return side, side


def nearly_whole(photo: Tensor, size: int, part: float) -> tuple[int, int]:
    """Height and width of a crop of 3 x H x W: the photo, or hardly less; it is to be squeezed into a square."""
    kept = LEAST + (1 - LEAST) * part
    return round(kept * photo.shape[1]), round(kept * photo.shape[2])


def resize(photo: Tensor, size: int) -> Tensor:
    """3 x H x W uint8 -> 3 x size x size uint8, antialiased."""
    return F.interpolate(photo[None], (size, size), mode="bilinear", antialias=True, align_corners=False)[0]


def to_float(photos: Tensor) -> Tensor:
    """N x 3 x H x W uint8 -> float32 in [-1, 1], channels last."""
    return photos.to(torch.float32, memory_format=torch.channels_last).div_(127.5).sub_(1)
