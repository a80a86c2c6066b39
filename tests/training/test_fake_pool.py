"""Half of the fakes that the discriminator sees are earlier ones, once the pool is full."""

from __future__ import annotations

import torch

from uegan_cli.training.fake_pool import FakePool


def photos(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 2, 2).contiguous()


def test_a_pool_that_is_not_full_returns_what_it_is_given() -> None:
    pool = FakePool(4, 0)
    assert torch.equal(pool.exchange(photos(1, 2, 3)), photos(1, 2, 3))


def test_a_full_pool_returns_old_photos_half_of_the_time() -> None:
    pool = FakePool(50, 0)
    pool.exchange(photos(*[-1.0] * 50))
    old = sum(int((pool.exchange(photos(1.0)) == -1).all()) for _ in range(60))
    new_kept = sum(int((photo == 1).all()) for photo in pool.photos)
    assert 15 < old < 45
    assert new_kept >= old, "a new photo takes the place of every old one that is returned"
    assert len(pool.photos) == 50


def test_without_a_pool_all_photos_are_new() -> None:
    assert torch.equal(FakePool(0, 0).exchange(photos(5)), photos(5))


def test_a_restored_pool_continues_where_it_was() -> None:
    pool, again = FakePool(3, 0), FakePool(3, 99)
    pool.exchange(photos(1, 2, 3, 4))
    again.load_state_dict(pool.state_dict())
    assert torch.equal(pool.exchange(photos(5, 6, 7)), again.exchange(photos(5, 6, 7)))
