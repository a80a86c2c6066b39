"""Soft random photos, in memory or in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from uegan_cli.training.data import TrainingPhotos


def scenes(count: int, gain: float = 1.0, lift: float = 0.0, seed: int = 0) -> Sequence[torch.Tensor]:
    """Soft random pictures, 3 x 150 x 190 uint8, with the look `gain * x + lift`."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 5, 6, generator=rng)
    smooth = torch.nn.functional.interpolate(coarse, (150, 190), mode="bicubic").clamp(0, 1)
    return list((smooth * gain + lift).clamp(0, 1).mul(255).to(torch.uint8))


def faded_photos() -> TrainingPhotos:
    """Twenty photos in each folder; the liked ones are faded."""
    return TrainingPhotos(scenes(20, 0.7, 0.2), scenes(20, seed=1))


def write_folder(path: Path, photos: Sequence[torch.Tensor]) -> list[Path]:
    path.mkdir()
    for number, photo in enumerate(photos):
        Image.fromarray(photo.permute(1, 2, 0).numpy()).save(path / f"{number}.png")
    return sorted(path.iterdir())
