"""The average forgets the start of a run soon, changes slowly later, and is not trained."""

from __future__ import annotations

import torch
from torch import nn

from uegan_cli.training.ema import EMA


def weight(ema: EMA) -> float:
    return float(ema.network.weight)  # type: ignore[arg-type]


def test_the_average_follows_quickly_at_first_and_slowly_later() -> None:
    layer = nn.Linear(1, 1)
    layer.weight.data.fill_(0)
    ema = EMA(layer, 0.99)
    layer.weight.data.fill_(1)
    ema.update(layer)
    assert weight(ema) > 0.9
    for _ in range(2000):
        ema.update(layer)
    layer.weight.data.fill_(2)
    before = weight(ema)
    ema.update(layer)
    assert abs(weight(ema) - before - 0.01 * (2 - before)) < 1e-6


def test_a_restored_average_continues_where_it_was() -> None:
    layer = nn.Linear(2, 2)
    ema, again = EMA(layer, 0.9), EMA(nn.Linear(2, 2), 0.9)
    ema.update(layer)
    again.load_state_dict(ema.state_dict())
    layer.weight.data.add_(1)
    ema.update(layer)
    again.update(layer)
    assert again.updates == 2
    assert all(torch.equal(a, b) for a, b in zip(ema.network.parameters(), again.network.parameters(), strict=True))


def test_the_average_is_not_trained() -> None:
    ema = EMA(nn.Linear(2, 2), 0.9)
    assert not any(p.requires_grad for p in ema.network.parameters())
