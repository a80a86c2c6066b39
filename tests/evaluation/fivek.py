"""Real photos, raw and retouched, for the tests of metrics."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.conftest import lying_beside

Pair = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    folder = lying_beside("fivek")
    names = [path.name for path in sorted((folder / "raw").glob("*.png"))[::3]]
    return [tuple(np.asarray(Image.open(folder / side / n).convert("RGB")) for side in ("raw", "label")) for n in names]
