from __future__ import annotations

import torch
import torch.nn.functional as F

from uegan_cli.losses.fidelity import TAP_WEIGHTS, fidelity


def taps() -> list[torch.Tensor]:
    return [torch.randn(2, c, s, s) for c, s in ((4, 16), (8, 8), (8, 4), (8, 4), (8, 2))]


def test_same_content_costs_nothing() -> None:
    maps = taps()
    assert fidelity(maps, maps) == 0
    assert fidelity(maps, maps, "paper") == 0


def test_reference_recipe_ignores_brightness_and_contrast_of_the_features() -> None:
    maps = taps()
    assert fidelity(maps, [3 * m + 1 for m in maps]) < 1e-3
    assert fidelity(maps, [3 * m + 1 for m in maps], "paper") > 1


def test_reference_recipe_is_the_weighted_squared_error_of_normalised_maps() -> None:
    one, two = taps(), taps()
    normal = [(F.instance_norm(a), F.instance_norm(b)) for a, b in zip(one, two, strict=True)]
    expected = sum(w * ((a - b) ** 2).mean() for w, (a, b) in zip(TAP_WEIGHTS, normal, strict=True))
    assert torch.allclose(fidelity(one, two), torch.as_tensor(expected))


def test_reference_recipe_teaches_what_autograd_would() -> None:
    one, two = taps(), [tap.requires_grad_() for tap in taps()]
    normal = [(F.instance_norm(a), F.instance_norm(b)) for a, b in zip(one, two, strict=True)]
    expected = sum(w * ((a - b) ** 2).mean() for w, (a, b) in zip(TAP_WEIGHTS, normal, strict=True))
    assert isinstance(expected, torch.Tensor)
    ours, theirs = torch.autograd.grad(fidelity(one, two), two), torch.autograd.grad(expected, two)
    for a, b in zip(ours, theirs, strict=True):
        assert torch.allclose(a, b, atol=1e-4 * float(b.abs().max()))


def test_what_it_teaches_has_its_channels_last_like_the_maps() -> None:
    one, two = ([tap.to(memory_format=torch.channels_last) for tap in taps()] for _ in range(2))
    ways_back = torch.autograd.grad(fidelity(one, [tap.requires_grad_() for tap in two]), two)
    assert all(gradient.is_contiguous(memory_format=torch.channels_last) for gradient in ways_back)


def test_paper_recipe_is_the_norm_summed_over_the_taps() -> None:
    one, two = taps(), taps()
    expected = sum((a - b).flatten(1).square().sum(1).sqrt().mean() for a, b in zip(one, two, strict=True))
    assert torch.allclose(fidelity(one, two, "paper"), torch.as_tensor(expected))
