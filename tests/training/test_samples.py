from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from uegan_cli.errors import PhotoError
from uegan_cli.training.samples import enhanced, read_sample, some_of


class Halved(nn.Conv2d):
    """Halves every level."""

    def __init__(self) -> None:
        super().__init__(3, 3, 1)
        self.weight.data.copy_(torch.eye(3)[..., None, None] / 2)
        assert self.bias is not None
        self.bias.data.fill_(-0.5)


def test_samples_are_spread_over_all_photos() -> None:
    paths = [Path(str(number)) for number in range(100)]
    assert some_of(paths, 4) == [paths[0], paths[25], paths[50], paths[75]]
    assert some_of(paths[:3], 6) == paths[:3]
    assert some_of([], 6) == []


@pytest.mark.parametrize(
    ("size", "seen"), [((1200, 800), (341, 512)), ((300, 2000), (512, 77)), ((100, 60), (60, 100))]
)
def test_a_sample_is_as_large_as_networks_see_it(size: tuple[int, int], seen: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size, (200, 10, 10)).save(tmp_path / "photo.png")
    assert read_sample(tmp_path / "photo.png").shape == (*seen, 3)


def test_a_sample_that_is_no_photo_is_told(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="gone.jpg"):
        read_sample(tmp_path / "gone.jpg")


def test_a_network_is_put_on_a_sample_pixel_by_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 9, 3), np.uint8)
    after = enhanced(Halved(), pixels)
    assert after.shape == pixels.shape and after.dtype == np.uint8
    assert np.abs(after.astype(float) - pixels / 2).max() <= 1
