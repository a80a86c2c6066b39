"""What lies in the folder of a test, and what is in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def file_names() -> list[str]:
    """Return all files below the current folder, sorted."""
    return sorted(str(path) for path in Path(".").rglob("*") if path.is_file())


def level_of(path: str) -> int:
    """Return the red level of a pixel near the middle."""
    with Image.open(path) as picture:
        return int(np.asarray(picture)[20, 30, 0])


def format_of(path: str) -> str | None:
    """Return Pillow's name of the file's format."""
    with Image.open(path) as picture:
        return picture.format
