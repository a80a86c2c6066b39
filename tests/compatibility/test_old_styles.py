"""Style files of an earlier version load with the same hash, and enhance photos as they did."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open

from uegan_cli import Enhancer, read_photo
from uegan_cli.enhancement import devices
from uegan_cli.styles.file import encode_style, read_style
from uegan_cli.styles.header import read_header

from .conftest import Unpack
from .photos import picture

STYLES = ["instant", "adaptive", "network", "alone", "blend"]


@pytest.fixture
def folder(unpack: Unpack) -> Path:
    return unpack("styles.zip")


@pytest.mark.parametrize("name", STYLES)
def test_an_old_style_has_its_hash_and_card(name: str, folder: Path) -> None:
    style = read_style(folder / f"{name}.safetensors")
    assert style.hash == json.loads((folder / "hashes.json").read_text())[name]
    assert read_header(folder / f"{name}.safetensors").hash == style.hash
    assert (style.card.author, style.card.description) == ("Ada", f"The style {name}")


@pytest.mark.parametrize("name", STYLES)
def test_an_old_style_is_written_as_it_was(name: str, folder: Path) -> None:
    """Every tensor and every text is the same, so styles of this version load in earlier ones, too."""
    old, new = folder / f"{name}.safetensors", folder / "new.safetensors"
    new.write_bytes(encode_style(read_style(old)))
    with safe_open(old, "numpy") as before, safe_open(new, "numpy") as after:
        assert after.metadata() == before.metadata()
        assert after.keys() == before.keys()
        for key in before.keys():  # noqa: SIM118 (not a mapping)
            one, two = before.get_tensor(key), after.get_tensor(key)
            assert one.dtype == two.dtype and np.array_equal(one, two)


@pytest.mark.parametrize("name", STYLES)
def test_an_old_style_enhances_as_it_did(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where the CPU has bfloat16, results differ by its rounding.
    monkeypatch.setattr(devices, "has_bfloat16", lambda device: False)
    Image.fromarray(picture(0, 96, 120)).save(folder / "photo.png")
    photo = read_photo(folder / "photo.png")
    pixels = Enhancer(read_style(folder / f"{name}.safetensors"), device="cpu").enhance(photo).pixels
    expected = np.load(folder / "expected.npz")[name]
    assert np.abs(pixels.astype(int) - expected).max() <= 1
    assert np.abs(expected.astype(int) - photo.pixels).mean() > 2, "the edit shows"
