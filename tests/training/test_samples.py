"""Samples are spread over the photos, and enhanced pixel by pixel at the size that networks see."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from uegan_cli.errors import PhotoError
from uegan_cli.training.samples import enhance_sample, pick_evenly, read_sample


class Halved(nn.Conv2d):
    """Halves every level."""

    def __init__(self) -> None:
        super().__init__(3, 3, 1)
        self.weight.data.copy_(torch.eye(3)[..., None, None] / 2)
        assert self.bias is not None
        self.bias.data.fill_(-0.5)


def test_samples_are_spread_over_all_photos() -> None:
    paths = [Path(str(number)) for number in range(100)]
    assert pick_evenly(paths, 4) == [paths[0], paths[25], paths[50], paths[75]]
    assert pick_evenly(paths[:3], 6) == paths[:3]
    assert pick_evenly([], 6) == []


@pytest.mark.parametrize(
    ("size", "shape"), [((1200, 800), (341, 512)), ((300, 2000), (512, 77)), ((100, 60), (60, 100))]
)
def test_a_sample_has_the_size_that_networks_see(size: tuple[int, int], shape: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size, (200, 10, 10)).save(tmp_path / "photo.png")
    assert read_sample(tmp_path / "photo.png").shape == (*shape, 3)


def test_an_unreadable_sample_is_an_error_with_its_name() -> None:
    with pytest.raises(PhotoError, match=r"missing\.jpg"):
        read_sample(Path("missing.jpg"))


def test_a_sample_is_enhanced_pixel_by_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 9, 3), np.uint8)
    after = enhance_sample(Halved(), pixels)
    assert after.shape == pixels.shape and after.dtype == np.uint8
    assert np.abs(after.astype(float) - pixels / 2).max() <= 1
