from __future__ import annotations

import torch
from torch import nn

from uegan_cli.training.fake_pool import Average, FakePool


def photos(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 2, 2).contiguous()


def test_a_pool_that_is_not_full_hands_out_what_it_is_given() -> None:
    pool = FakePool(4, 0)
    assert torch.equal(pool.exchange(photos(1, 2, 3)), photos(1, 2, 3))


def test_a_full_pool_hands_out_old_photos_half_of_the_time() -> None:
    pool = FakePool(50, 0)
    pool.exchange(photos(*[-1.0] * 50))
    old = sum(int((pool.exchange(photos(1.0)) == -1).all()) for _ in range(60))
    fresh_kept = sum(int((photo == 1).all()) for photo in pool.photos)
    assert 15 < old < 45
    assert fresh_kept >= old, "every old photo that left made room for a fresh one"
    assert len(pool.photos) == 50


def test_no_pool_is_a_pool_of_none() -> None:
    assert torch.equal(FakePool(0, 0).exchange(photos(5)), photos(5))


def test_the_average_follows_quickly_at_first_and_slowly_later() -> None:
    layer = nn.Linear(1, 1)
    layer.weight.data.fill_(0)
    average = Average(layer, 0.99)
    layer.weight.data.fill_(1)
    average.update(layer)
    assert float(average.network.weight) > 0.9  # type: ignore[arg-type]
    for _ in range(2000):
        average.update(layer)
    layer.weight.data.fill_(2)
    before = float(average.network.weight)  # type: ignore[arg-type]
    average.update(layer)
    assert abs(float(average.network.weight) - before - 0.01 * (2 - before)) < 1e-6  # type: ignore[arg-type]


def test_the_average_is_no_part_of_the_game() -> None:
    average = Average(nn.Linear(2, 2), 0.9)
    assert not any(p.requires_grad for p in average.network.parameters())
