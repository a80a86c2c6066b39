from __future__ import annotations

import torch

from uegan_cli.networks import Discriminator


def test_full_width_discriminator_has_the_authors_parameter_count() -> None:
    assert sum(p.numel() for p in Discriminator().parameters()) == 4_633_632


def test_five_maps_come_finest_first_each_half_the_size_within_one() -> None:
    maps = Discriminator(4)(torch.rand(2, 3, 96, 128) * 2 - 1)
    assert [tuple(m.shape) for m in maps] == [(2, 1, 96 >> k, 128 >> k) for k in range(1, 6)]
    assert all(m.abs().max() < 1 for m in maps)


def test_spectral_norm_holds_every_stage_to_one() -> None:
    discriminator = Discriminator(4)
    for _ in range(30):
        discriminator(torch.rand(1, 3, 96, 96))
    for stage in discriminator.stages:
        largest = torch.linalg.matrix_norm(stage.weight.detach().flatten(1), 2)
        assert abs(float(largest) - 1) < 0.05


def test_autocast_leaves_the_spectral_norm_in_full_precision() -> None:
    discriminator = Discriminator(4).eval()
    exact = discriminator.stages[2].weight
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(discriminator.stages[2].weight, exact)
