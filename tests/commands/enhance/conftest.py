"""Camera raws to enhance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.photo.raw.dng import dng as dng_of


@pytest.fixture
def dng() -> Callable[[str], None]:
    """Writes a small camera raw: dng("a.dng")."""

    def make(name: str) -> None:
        Path(name).write_bytes(dng_of(np.full((32, 48, 3), 100, np.uint8)))

    return make
