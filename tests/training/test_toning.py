from __future__ import annotations

import pytest
import torch

from uegan_cli.networks.light import luma, to_linear, to_srgb
from uegan_cli.training.toning import ToningDown

RAMP = torch.linspace(-1, 1, 256).view(1, 1, 1, 256).expand(1, 3, 8, 256)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_srgb_and_linear_light_are_inverse() -> None:
    x = torch.linspace(0, 1, 1001)
    assert torch.allclose(to_srgb(to_linear(x)), x, atol=1e-5)
    assert float(to_linear(torch.tensor(0.5))) == pytest.approx(0.21404, abs=1e-4)


def test_a_copy_is_toned_down_and_stays_in_range() -> None:
    finished = torch.rand(16, 3, 12, 12, generator=rng()) * 2 - 1
    toned = ToningDown(untouched=0)(finished, rng(1))
    assert toned.shape == finished.shape and toned.abs().max() <= 1
    chroma = [(x - luma(x)).abs().mean() for x in (toned, finished)]
    assert chroma[0] < chroma[1], "less saturated on average"
    assert ((toned - finished).abs().mean(dim=(1, 2, 3)) > 0.005).all()


def test_tone_curves_never_turn_back() -> None:
    for seed in range(40):
        toned = ToningDown(warmth=(0, 0), tint=(0, 0), untouched=0)(RAMP, rng(seed))
        steps = toned[0, 1, 0].diff()
        assert steps.min() > -1e-3, seed


def test_each_photo_is_spoilt_in_its_own_way_and_the_same_state_the_same_way() -> None:
    finished = RAMP.expand(4, 3, 8, 256)
    toned = ToningDown(untouched=0)(finished, rng(2))
    assert all(not torch.equal(toned[0], other) for other in toned[1:])
    assert torch.equal(toned, ToningDown(untouched=0)(finished, rng(2)))


def test_the_untouched_share_is_left_exactly_alone() -> None:
    finished = torch.rand(400, 3, 2, 2) * 2 - 1
    same = (ToningDown(untouched=0.25)(finished, rng(3)) == finished).flatten(1).all(dim=1)
    assert 0.17 < same.float().mean() < 0.33
