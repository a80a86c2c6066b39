from __future__ import annotations

import torch

from uegan_cli.look_fitting.look_prior import sample_looks


def test_looks_stay_in_range_and_differ_from_each_other() -> None:
    colours = torch.rand(200, 3) * 2 - 1
    looks = torch.stack(list(sample_looks(colours, 20, torch.Generator().manual_seed(0))))
    assert looks.shape == (20, 200, 3)
    assert looks.abs().max() <= 1
    change = (looks - colours).abs().mean(dim=(1, 2))
    assert 0.02 < change.median() < 0.4
    assert looks.std(dim=0).mean() > 0.05


def test_the_same_seed_gives_the_same_looks() -> None:
    colours = torch.rand(10, 3) * 2 - 1
    one, two = (list(sample_looks(colours, 3, torch.Generator().manual_seed(4))) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
