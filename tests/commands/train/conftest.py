"""Two folders of soft pictures to train on, and training without a VGG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.losses import vgg_weights

from ...quick_training import limit_effort

TINY = ("--start", "none", "--width", "2", "--size", "96", "--batch", "2")
"""Options for a network and photos that train in no time."""


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Work in a folder with `liked` and `raw`, each with ten soft pictures; the raw ones are darker."""
    monkeypatch.chdir(tmp_path)
    limit_effort(monkeypatch)
    rng = np.random.default_rng(0)
    for name, gain in (("liked", 1.0), ("raw", 0.6)):
        Path(name).mkdir()
        for number in range(10):
            coarse = Image.fromarray(rng.integers(30, 200, (6, 8, 3), dtype=np.uint8))
            picture = coarse.resize((256, 192), Image.Resampling.BICUBIC)
            picture.point(lambda v, gain=gain: int(v * gain)).save(Path(name, f"{number}.png"))


@pytest.fixture
def without_vgg(monkeypatch):
    """Train without the fidelity loss, which needs a large download. Returns options to pass."""
    monkeypatch.setattr(vgg_weights, "load_features", lambda file: None)
    return ("--vgg-weights", "vgg.pth")
