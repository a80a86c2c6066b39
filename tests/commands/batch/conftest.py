"""A tree of photos, two good and one broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

BATCH = ("batch", "src", "dst", "-s", "bright")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`src` with `a.jpg`, `sub/b.png` and `bad.jpg`; the test runs beside it."""
    monkeypatch.chdir(tmp_path)
    Path("src/sub").mkdir(parents=True)
    picture = Image.fromarray(np.full((48, 64, 3), 100, np.uint8))
    picture.save("src/a.jpg", quality=90)
    picture.save("src/sub/b.png")
    Path("src/bad.jpg").write_bytes(b"no photo")
    return tmp_path
