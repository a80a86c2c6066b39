"""Photos to read and write: made ones, and the camera files that lie beside the repository."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.formats import FORMATS
from uegan_cli.photo.photo import Pixels

MakePhoto = Callable[..., Path]


@pytest.fixture
def picture() -> Pixels:
    """30 x 44 x 3, every corner different, smooth as photos are."""
    y, x = np.mgrid[0:30, 0:44]
    return np.stack([x * 5, y * 8, (x + y) * 3], axis=-1).astype(np.uint8)


@pytest.fixture
def make_photo(tmp_path: Path, picture: Pixels) -> MakePhoto:
    """Write a photo with Pillow: make_photo("name.jpg", mode="L", **save_options) -> path."""

    def make(name: str, mode: str = "RGB", **options: object) -> Path:
        path = tmp_path / name
        Image.fromarray(picture).convert(mode).save(path, **options)
        return path

    return make


@pytest.fixture
def camera_files(camera_photos: Path) -> list[Path]:
    """Return every whole JPEG and PNG with 8 bits among the camera files."""
    return [path for path in sorted(camera_photos.rglob("*.*")) if _is_whole(path)]


def _is_whole(path: Path) -> bool:
    data = path.read_bytes()
    if not any(module.matches(data[:64]) for module in FORMATS.values()):
        return False
    if data[1:4] == b"PNG" and data[24] == 16:
        return False
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            image.load()
            return image.mode != "CMYK"
    except (OSError, SyntaxError):
        return False
