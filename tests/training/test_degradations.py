"""Degraded copies stay photos: in range, tones in order, each degraded in its own way, reproducibly."""

from __future__ import annotations

import torch

from uegan_cli.look.srgb import luma
from uegan_cli.training.degradations import Alternation, ToneDegradation, ToneTransfer, deepen_blacks

RAMP = torch.linspace(-1, 1, 256).view(1, 1, 1, 256).expand(1, 3, 8, 256)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def no_degradation(x: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    return x


def test_a_copy_is_degraded_and_stays_in_range() -> None:
    finished = torch.rand(16, 3, 12, 12, generator=rng()) * 2 - 1
    degraded = ToneDegradation(unchanged=0)(finished, rng(1))
    assert degraded.shape == finished.shape and degraded.abs().max() <= 1
    chroma = [(x - luma(x)).abs().mean() for x in (degraded, finished)]
    assert chroma[0] < chroma[1], "less saturated on average"
    assert ((degraded - finished).abs().mean(dim=(1, 2, 3)) > 0.005).all()


def test_tone_curves_rise() -> None:
    for seed in range(40):
        degraded = ToneDegradation(warmth=(0, 0), tint=(0, 0), unchanged=0)(RAMP, rng(seed))
        steps = degraded[0, 1, 0].diff()
        assert steps.min() > -1e-3, seed


def test_each_photo_is_degraded_in_its_own_way_and_reproducibly() -> None:
    finished = RAMP.expand(4, 3, 8, 256)
    degraded = ToneDegradation(unchanged=0)(finished, rng(2))
    assert all(not torch.equal(degraded[0], other) for other in degraded[1:])
    assert torch.equal(degraded, ToneDegradation(unchanged=0)(finished, rng(2)))


def test_a_share_of_photos_is_left_exactly_as_it_is() -> None:
    finished = torch.rand(400, 3, 2, 2) * 2 - 1
    same = (ToneDegradation(unchanged=0.25)(finished, rng(3)) == finished).flatten(1).all(dim=1)
    assert 0.17 < same.float().mean() < 0.33


def test_tones_move_part_of_the_way_to_those_of_another_photo() -> None:
    rng_ = rng()
    dark = torch.randint(0, 60, (3, 80, 120), generator=rng_, dtype=torch.uint8)
    finished = torch.rand(64, 3, 40, 40, generator=rng_) * 1.2 - 0.2
    degraded = ToneTransfer(ToneTransfer.from_photos([dark]).tones, then=no_degradation)(finished, rng(1))
    wanted = float(luma(dark[None].float() / 127.5 - 1).mean())
    pairs = zip(finished, degraded, strict=True)
    means = [(float(luma(x[None]).mean()), float(luma(y[None]).mean())) for x, y in pairs]
    shares = torch.tensor([(before - after) / (before - wanted) for before, after in means])
    assert -0.02 < shares.min() < 0.15 and 0.85 < shares.max() < 1.05
    assert abs(float(shares.mean()) - 0.5) < 0.12


def test_transferred_tones_keep_their_order_and_the_colours() -> None:
    bright = torch.randint(140, 256, (3, 80, 120), generator=rng(), dtype=torch.uint8)
    degraded = ToneTransfer(ToneTransfer.from_photos([bright]).tones, then=no_degradation)(RAMP * 0.5, rng(3))
    assert degraded[0, 1, 0].diff().min() > -1e-3
    assert torch.allclose(degraded[:, 0], degraded[:, 2], atol=1e-5), "grey stays grey"


def test_several_degradations_alternate() -> None:
    finished = torch.rand(5, 3, 20, 20, generator=rng()) * 2 - 1
    alternation = Alternation([no_degradation, ToneDegradation(unchanged=0)])
    degraded = alternation(finished, rng(1))
    same = [torch.equal(x, y) for x, y in zip(finished, degraded, strict=True)]
    assert same == [True, False, True, False, True]
    assert torch.equal(degraded, alternation(finished, rng(1)))


def test_blacks_are_deepened_by_a_share_and_white_stays() -> None:
    photo = (torch.arange(64 * 64).view(64, 64) * 195 // 4095 + 60).to(torch.uint8).expand(3, 64, 64)
    for share, black in ((0.0, 60), (0.5, 30), (1.0, 0)):
        result = deepen_blacks(photo, share)
        assert abs(int(result.min()) - black) <= 2 and int(result.max()) == 255
        assert (result.short().flatten(1).diff(dim=1) >= 0).all()


def test_a_photo_with_black_in_it_is_not_changed() -> None:
    photo = torch.randint(0, 256, (3, 40, 40), dtype=torch.uint8)
    photo[:, :5] = 0
    assert torch.equal(deepen_blacks(photo, 1.0), photo)
    assert not deepen_blacks(torch.zeros_like(photo), 1.0).any()
