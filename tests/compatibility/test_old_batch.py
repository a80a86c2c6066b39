"""The journal of an earlier version is continued: finished photos are not enhanced again."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import Unpack
from .photos import picture

WHEN = 1_700_000_000
"""Modification time that the journal has for the photos."""


@pytest.fixture
def batch(unpack: Unpack, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The command of the old batch, in a folder with `photos`, `enhanced` and the style."""
    folder, styles = unpack("batch.zip"), unpack("styles.zip")
    monkeypatch.chdir(folder)
    for name in ("a.png", "b.png"):
        os.utime(Path("photos", name), (WHEN, WHEN))
    with sqlite3.connect(Path("enhanced/.uegan/journal.sqlite")) as journal:
        journal.execute("UPDATE facts SET value = ? WHERE name = 'source'", [str(Path("photos").resolve())])
    return ("batch", "photos", "enhanced", "-s", str(styles / "instant.safetensors"))


def results() -> dict[str, tuple[bytes, int]]:
    """Content and modification time of each result."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(Path("enhanced").glob("*.png"))}


def test_a_finished_batch_does_nothing(uegan, batch):
    before = results()
    outcome = uegan(*batch)
    assert outcome.code == 0, outcome.err
    assert results() == before and len(before) == 2


def test_only_the_missing_result_is_made_and_it_is_the_same(uegan, batch):
    before = results()
    with Image.open("enhanced/b.png") as image:
        expected = np.asarray(image).astype(int)
    Path("enhanced/b.png").unlink()
    assert uegan(*batch).code == 0
    after = results()
    assert after["a.png"] == before["a.png"] and after["b.png"][1] != before["b.png"][1]
    with Image.open("enhanced/b.png") as image:
        assert np.abs(np.asarray(image).astype(int) - expected).max() <= 1


def test_only_a_new_photo_is_enhanced(uegan, batch):
    before = results()
    Image.fromarray(picture(2, 64, 80)).save("photos/c.png")
    assert uegan(*batch).code == 0
    after = results()
    assert after.pop("c.png") and after == before
