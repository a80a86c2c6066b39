"""The losses and the discriminator give the authors' own values, from their own checkpoint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from uegan_cli.losses import quality
from uegan_cli.losses.identity import identity
from uegan_cli.networks.discriminator import Discriminator
from uegan_cli.styles.authors import read_checkpoint

TOLERANCE = 1e-5


def maps(tensors: dict[str, torch.Tensor], of: str) -> list[torch.Tensor]:
    return [tensors[f"d_{of}.{scale}"] for scale in range(1, 6)]


@pytest.fixture
def tensors(golden: Path) -> dict[str, torch.Tensor]:
    return load_file(golden / "authors-width8.safetensors")


@pytest.fixture
def values(golden: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((golden / "authors-width8.json").read_text())
    return found


def test_quality_loss_of_both_sides(tensors: dict[str, torch.Tensor], values: dict[str, float]) -> None:
    liked, enhanced, raw = (maps(tensors, of) for of in ("liked", "enhanced", "raw"))
    assert abs(quality.discriminator(liked, enhanced) - values["quality_discriminator_liked_enhanced"]) < TOLERANCE
    assert abs(quality.discriminator(liked, raw) - values["quality_discriminator_liked_raw"]) < TOLERANCE
    assert abs(quality.generator(liked, enhanced) - values["quality_generator"]) < TOLERANCE


def test_identity_loss(tensors: dict[str, torch.Tensor], values: dict[str, float]) -> None:
    assert abs(identity(tensors["liked"], tensors["enhanced_liked"]) - values["identity_liked"]) < TOLERANCE


def test_discriminator_maps(golden: Path, tensors: dict[str, torch.Tensor]) -> None:
    state = read_checkpoint(golden / "authors-width8.pth").discriminator
    assert state is not None
    discriminator = Discriminator(8).eval()
    discriminator.load_state_dict(state)
    with torch.no_grad():
        for of in ("raw", "liked", "enhanced"):
            for ours, theirs in zip(discriminator(tensors[of]), maps(tensors, of), strict=True):
                assert (ours - theirs).abs().max() < TOLERANCE
