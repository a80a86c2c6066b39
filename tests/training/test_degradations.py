from __future__ import annotations

import pytest
import torch

from uegan_cli.look.srgb import luma, to_linear, to_srgb
from uegan_cli.training.degradations import InTurn, TonesOf, ToningDown, unfaded

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


def unchanged(x: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    return x


def test_tones_come_some_way_towards_those_of_another_photo() -> None:
    rng_ = rng()
    dark = torch.randint(0, 60, (3, 80, 120), generator=rng_, dtype=torch.uint8)
    finished = torch.rand(64, 3, 40, 40, generator=rng_) * 1.2 - 0.2
    spoilt = TonesOf(TonesOf.photos([dark]).tones, besides=unchanged)(finished, rng(1))
    wanted = float(luma(dark[None].float() / 127.5 - 1).mean())
    way = [(float(luma(x[None]).mean()), float(luma(y[None]).mean())) for x, y in zip(finished, spoilt, strict=True)]
    parts = torch.tensor([(before - after) / (before - wanted) for before, after in way])
    assert -0.02 < parts.min() < 0.15 and 0.85 < parts.max() < 1.05
    assert abs(float(parts.mean()) - 0.5) < 0.12


def test_tones_of_another_photo_keep_their_order_and_the_colours() -> None:
    bright = torch.randint(140, 256, (3, 80, 120), generator=rng(), dtype=torch.uint8)
    spoilt = TonesOf(TonesOf.photos([bright]).tones, besides=unchanged)(RAMP * 0.5, rng(3))
    assert spoilt[0, 1, 0].diff().min() > -1e-3
    assert torch.allclose(spoilt[:, 0], spoilt[:, 2], atol=1e-5), "grey stays grey"


def test_photos_are_spoilt_in_several_ways_in_turn() -> None:
    finished = torch.rand(5, 3, 20, 20, generator=rng()) * 2 - 1
    spoilt = InTurn([unchanged, ToningDown(untouched=0)])(finished, rng(1))
    same = [torch.equal(x, y) for x, y in zip(finished, spoilt, strict=True)]
    assert same == [True, False, True, False, True]
    assert torch.equal(spoilt, InTurn([unchanged, ToningDown(untouched=0)])(finished, rng(1)))


def test_fade_is_taken_out_as_far_as_is_asked_for_and_white_stays() -> None:
    photo = (torch.arange(64 * 64).view(64, 64) * 195 // 4095 + 60).to(torch.uint8).expand(3, 64, 64)
    for part, black in ((0.0, 60), (0.5, 30), (1.0, 0)):
        result = unfaded(photo, part)
        assert abs(int(result.min()) - black) <= 2 and int(result.max()) == 255
        assert (result.short().flatten(1).diff(dim=1) >= 0).all()


def test_a_photo_with_black_in_it_is_not_faded() -> None:
    photo = torch.randint(0, 256, (3, 40, 40), dtype=torch.uint8)
    photo[:, :5] = 0
    assert torch.equal(unfaded(photo, 1.0), photo)
    assert not unfaded(torch.zeros_like(photo), 1.0).any()
