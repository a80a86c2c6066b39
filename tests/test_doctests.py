"""The examples in the docstrings of the Python API run, and say what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import uegan_cli


@pytest.mark.parametrize("name", [name for name in uegan_cli.__all__ if name != "__version__"])
def test_the_example_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = np.mgrid[0:30, 0:44]
    Image.fromarray(np.stack([x * 5, y * 8, (x + y) * 3], axis=-1).astype(np.uint8)).save(tmp_path / "in.jpg")
    monkeypatch.chdir(tmp_path)
    documented = getattr(uegan_cli, name)
    globs = {name: documented}
    tests = doctest.DocTestFinder(recurse=False).find(documented, name, module=False, globs=globs)
    attempted = 0
    for test in tests:
        attempted += len(test.examples)
        assert doctest.DocTestRunner().run(test).failed == 0
    assert attempted
