from __future__ import annotations

from typing import get_args

import pytest
import torch
import torch.nn.functional as F

from uegan_cli.networks.attention import EPS
from uegan_cli.networks.config import Attention, GeneratorConfig, Modulation
from uegan_cli.networks.generator import Generator

FORMS = [(a, m) for a in get_args(Attention) for m in get_args(Modulation)]


def make(**fields: object) -> Generator:
    torch.manual_seed(0)
    return Generator(GeneratorConfig(width=4, **fields)).eval()  # type: ignore[arg-type]


def photo(*size: int) -> torch.Tensor:
    return torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_full_width_generator_has_the_authors_parameter_count() -> None:
    assert sum(p.numel() for p in Generator(GeneratorConfig()).parameters()) == 4_158_435


@pytest.mark.parametrize(("attention", "modulation"), FORMS)
def test_every_variant_of_table_iv_keeps_size_and_range(attention: Attention, modulation: Modulation) -> None:
    x = photo(48, 64)
    out = make(attention=attention, modulation=modulation)(x)
    assert out.shape == x.shape
    assert out.abs().max() <= 1
    assert not torch.equal(out, x)


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (17, 5), (33, 47), (15, 16)])
def test_any_size_goes_in_and_comes_out(size: tuple[int, int]) -> None:
    x = photo(*size)
    assert make()(x).shape == x.shape


def test_padding_does_not_show_inside_the_photo() -> None:
    generator = make(attention="none")
    x = photo(160, 160)
    whole, cut = generator(x), generator(x[..., :, :150])
    assert torch.allclose(whole[..., :80, :8], cut[..., :80, :8], atol=1e-6)


def test_photos_of_a_batch_do_not_see_each_other() -> None:
    for attention in get_args(Attention):
        generator, x = make(attention=attention), photo(32, 32)
        assert torch.allclose(generator(x)[:1], generator(x[:1]), atol=1e-6)


@pytest.mark.parametrize(
    ("attention", "sees"), [("paper", True), ("prenorm", True), ("reference", False), ("none", False)]
)
def test_only_real_attention_carries_the_tone_of_a_far_corner(attention: Attention, sees: bool) -> None:
    """The attention branch changes the result in the forms that have one, and never in the reference form."""
    generator, x = make(attention=attention), photo(64, 64)
    before = generator(x)
    for module in generator.attention:
        if attention != "none":
            module.expand.weight.data.mul_(5)
    assert torch.equal(before, generator(x)) is not sees


def test_folded_attention_is_the_literal_equations() -> None:
    """Eqs. 2 to 4 written out: pool, two layers, expand, concatenate, fuse (and normalise, in the reference form)."""
    for form in ("paper", "reference", "prenorm"):
        attend = make(attention=form).attention[2]
        z = torch.randn(2, 16, 9, 7)
        mean, std = z.mean((2, 3), keepdim=True), (z.var((2, 3), keepdim=True, correction=0) + EPS).sqrt()
        pooled = mean if form == "paper" else torch.cat([mean, std], 1)
        rho = attend.expand(F.relu(attend.squeeze(pooled))).expand_as(z)
        local = (z - mean) / std if form == "prenorm" else z
        fused = attend.fusion(torch.cat([local, rho], 1))
        literal = F.instance_norm(fused) if form == "reference" else fused
        assert torch.allclose(attend(z), literal, atol=2e-6), form


def test_narrowing_before_the_interpolation_is_the_same_as_after() -> None:
    narrow = make().narrow[1]
    y = torch.randn(1, narrow.in_channels, 6, 5)
    before = F.interpolate(narrow(y), scale_factor=2.0, mode="bilinear", align_corners=True)
    after = narrow(F.interpolate(y, scale_factor=2.0, mode="bilinear", align_corners=True))
    assert torch.allclose(before, after, atol=1e-6)


def test_bfloat16_changes_the_result_by_little() -> None:
    generator, x = make(), photo(64, 64)
    with torch.autocast("cpu", torch.bfloat16):
        half = generator(x)
    assert half.dtype == torch.float32
    assert (half - generator(x)).abs().mean() < 1 / 127.5


def test_gradients_reach_every_weight_that_has_an_effect() -> None:
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(width=16, attention="prenorm"))
    generator(photo(32, 32)).mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in generator.parameters())
