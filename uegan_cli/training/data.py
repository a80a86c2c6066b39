"""Training photos: decoded once at training size, kept in memory as bytes, and cropped anew for every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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

CropSize = Callable[[Tensor, int, float], tuple[int, int]]
"""Returns height and width of a crop, from the photo, the side it is resized to, and a random number in [0, 1)."""

SHORT_SIDE_PER_CROP = 1.5
"""Photos are kept this many times larger than a crop, so that crops cover larger or smaller parts of them."""

MIN_SHARE_OF_SIDE = 0.75
"""Least share of either side of the photo in a crop of nearly all of it."""


@dataclass(frozen=True)
class TrainingPhotos:
    """The photos to learn from, each 3 x H x W uint8."""

    liked: Sequence[Tensor]
    raw: Sequence[Tensor]


def load_photos(paths: Sequence[Path], short_side: int) -> dict[Path, Tensor | str]:
    """Decode photos, reduced to a short side of `short_side` pixels at most.

    Returns each photo as 3 x H x W uint8, or the message why it cannot be read, in the order of `paths`.
    """

    def load(path: Path) -> Tensor | str:
        try:
            pixels: Pixels = read_upright_srgb(path, short_side)
        except PhotoError as error:
            return str(error)
        return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))

    with ThreadPoolExecutor() as pool:
        return dict(zip(paths, pool.map(load, paths), strict=True))


def hold_out(photos: Sequence[T], max_held_out: int) -> tuple[list[T], list[T]]:
    """Split into photos to learn from and photos to judge by: every fifth, or `max_held_out` evenly spread."""
    every = max(5, -(-len(photos) // max_held_out))
    return [p for n, p in enumerate(photos) if n % every], list(photos[::every])


class Crops:
    """An endless, reproducible stream of square crops from a list of photos (3 x H x W uint8).

    Every photo comes once before any comes again. Half of the crops are mirrored; colours are never changed, since they
    are what is learnt. crop_size: by default `square_crop`.
    """

    def __init__(self, photos: Sequence[Tensor], size: int, seed: int, crop_size: CropSize | None = None) -> None:
        self.photos = list(photos)
        self.size = size
        self.crop_size = crop_size or square_crop
        self.rng = torch.Generator().manual_seed(seed)
        self.order: list[int] = []

    def batch(self, count: int) -> Tensor:
        """Return the next crops, count x 3 x size x size in [-1, 1], channels last."""
        crops = torch.stack([self._crop(self._next()) for _ in range(count)])
        return to_float(crops)

    def state_dict(self) -> dict[str, object]:
        """Return everything that determines the crops to come."""
        return {"rng": self.rng.get_state(), "order": list(self.order)}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Continue the stream from which `state_dict` was taken."""
        rng, order = state["rng"], state["order"]
        assert isinstance(rng, Tensor) and isinstance(order, list)
        self.rng.set_state(rng)
        self.order = list(order)

    def _next(self) -> Tensor:
        if not self.order:
            self.order = torch.randperm(len(self.photos), generator=self.rng).tolist()
        return self.photos[self.order.pop()]

    def _crop(self, photo: Tensor) -> Tensor:
        scale, top_share, left_share, mirror = torch.rand(4, generator=self.rng).tolist()
        height, width = self.crop_size(photo, self.size, scale)
        top, left = round(top_share * (photo.shape[1] - height)), round(left_share * (photo.shape[2] - width))
        crop = photo[:, top : top + height, left : left + width]
        if (height, width) != (self.size, self.size):
            crop = resize(crop, self.size)
        return crop.flip(2) if mirror < 0.5 else crop


def square_crop(photo: Tensor, size: int, scale: float) -> tuple[int, int]:
    """Return a square between `size`, at scale 0, and the short side of the photo, 3 x H x W."""
    short_side = min(photo.shape[1:])
    smallest = min(size, short_side)
    side = smallest + round(scale * (short_side - smallest))
    return side, side


def nearly_whole_crop(photo: Tensor, size: int, scale: float) -> tuple[int, int]:
    """Return nearly all of a photo, 3 x H x W, from MIN_SHARE_OF_SIDE of both sides at scale 0."""
    share = MIN_SHARE_OF_SIDE + (1 - MIN_SHARE_OF_SIDE) * scale
    return round(share * photo.shape[1]), round(share * photo.shape[2])


def resize(photo: Tensor, size: int) -> Tensor:
    """Resize 3 x H x W uint8 to 3 x size x size, with antialiasing."""
    return F.interpolate(photo[None], (size, size), mode="bilinear", antialias=True, align_corners=False)[0]


def to_float(photos: Tensor) -> Tensor:
    """Convert N x 3 x H x W uint8 to float32 in [-1, 1], channels last."""
    return photos.to(torch.float32, memory_format=torch.channels_last).div_(127.5).sub_(1)
