from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import parametrizations

from uegan_cli.networks.blocks import SameConv
from uegan_cli.networks.discriminator import Discriminator, SpectralConv


def test_full_width_discriminator_has_the_authors_parameter_count() -> None:
    assert sum(p.numel() for p in Discriminator().parameters()) == 4_633_632


def test_five_maps_come_finest_first_each_half_the_size_within_one() -> None:
    maps = Discriminator(4)(torch.rand(2, 3, 96, 128) * 2 - 1)
    assert [tuple(m.shape) for m in maps] == [(2, 1, 96 >> k, 128 >> k) for k in range(1, 6)]
    assert all(m.abs().max() < 1 for m in maps)


def as_torch_has_it(stage: SpectralConv) -> nn.Module:
    """The same convolution under torch's spectral norm."""
    kernel, stride = stage.kernel_size[0], stage.stride[0]
    other = parametrizations.spectral_norm(SameConv(stage.in_channels, stage.out_channels, kernel, stride))
    weight, norm = other.parametrizations.weight, other.parametrizations.weight[0]
    with torch.no_grad():
        for ours, theirs in (
            (stage.weight, weight.original),
            (stage.bias, other.bias),
            (stage.u, norm._u),
            (stage.v, norm._v),
        ):
            theirs.copy_(ours)
    return other


def test_it_is_torchs_spectral_norm_forwards_and_backwards() -> None:
    stage = SpectralConv(3, 8, 5, stride=2)
    other, x = as_torch_has_it(stage), torch.rand(2, 3, 32, 48) * 2 - 1
    for _ in range(2):
        results = [network(x) for network in (stage, other)]
        assert torch.allclose(*results, atol=1e-5)
        for result in results:
            result.sin().sum().backward()
    for ours, theirs in ((stage.weight, other.parametrizations.weight.original), (stage.bias, other.bias)):
        assert torch.allclose(ours.grad, theirs.grad, rtol=1e-4, atol=1e-4)


def test_spectral_norm_holds_every_stage_to_one() -> None:
    discriminator = Discriminator(4)
    for _ in range(30):
        discriminator(torch.rand(1, 3, 96, 96))
    for stage in discriminator.stages:
        largest = torch.linalg.matrix_norm((stage.weight / stage.sigma()).detach().flatten(1), 2)
        assert abs(float(largest) - 1) < 0.05


def test_singular_vectors_move_only_where_the_weights_learn() -> None:
    discriminator = Discriminator(4)
    with torch.no_grad():
        discriminator.stages[0].weight.add_(torch.rand_like(discriminator.stages[0].weight))
    before = discriminator.stages[0].u.clone()
    for still in (discriminator.eval(), discriminator.train().requires_grad_(False)):
        still(torch.rand(1, 3, 96, 96))
        assert torch.equal(discriminator.stages[0].u, before)
    discriminator.requires_grad_(True)(torch.rand(1, 3, 96, 96))
    assert not torch.equal(discriminator.stages[0].u, before)


def test_autocast_leaves_the_spectral_norm_in_full_precision() -> None:
    stage = Discriminator(4).eval().stages[2]
    exact = stage.sigma()
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(stage.sigma(), exact)
