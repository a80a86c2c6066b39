"""Three pairs of photos, and the rows of a comparison by method."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import Run


@pytest.fixture
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three small photos in `raw`, and in `finished` each a tenth of white brighter, in another format."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for folder in ("raw", "finished"):
        (tmp_path / folder).mkdir()
    for name in "abc":
        coarse = rng.integers(20, 200, (8, 10, 3), np.uint8)
        photo = np.asarray(Image.fromarray(coarse).resize((80, 64), Image.Resampling.BICUBIC))
        Image.fromarray(photo).save(f"raw/{name}.png")
        Image.fromarray((photo + 25.5).clip(0, 255).round().astype(np.uint8)).save(f"finished/{name}.tif")
    return tmp_path


Summary = Callable[..., dict[str, dict]]


@pytest.fixture
def summary(uegan: Run) -> Summary:
    """Runs `uegan eval` and returns the rows of its table by method."""

    def evaluate(*arguments: object, code: int = 0) -> dict[str, dict]:
        outcome = uegan("eval", *arguments, "--json")
        assert outcome.code == code, outcome.err
        return {row["subject"]: row for row in outcome.records[-1]["summary"]}

    return evaluate
