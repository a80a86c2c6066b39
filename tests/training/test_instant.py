from __future__ import annotations

import pytest
import torch

from uegan_cli.training.instant import LEAST_TRUST, InstantLook, instant_look, match, transport_between
from uegan_cli.training.matching import Patches

A = torch.tensor([[0.8, 0.1, 0.0], [0.1, 0.9, 0.05], [0.0, 0.05, 0.7]])
B = torch.tensor([0.1, -0.05, 0.02])


def patches(count: int, photos: int, seed: int) -> Patches:
    rng = torch.Generator().manual_seed(seed)
    colours = (torch.randn(count, 16, 3, generator=rng) * torch.tensor([0.3, 0.2, 0.25])).clamp(-1, 1)
    return Patches(colours, torch.zeros(count, 0), torch.arange(count) % photos)


def affine(look: InstantLook) -> torch.Tensor:
    return torch.cat([look.transport.weight, look.transport.bias[:, None]], dim=1).detach()


def test_a_symmetric_colour_transform_is_found_exactly() -> None:
    raw = patches(400, 40, 0)
    ones = torch.ones(400)
    found = transport_between(raw.colours, ones, raw.colours @ A.T + B, ones)
    assert torch.allclose(found[:, :3], A, atol=2e-2) and torch.allclose(found[:, 3], B, atol=2e-3)


def test_the_same_folder_twice_is_no_change() -> None:
    raw = patches(300, 30, 1)
    assert torch.allclose(affine(match(raw, raw)), torch.eye(3, 4), atol=1e-4)


def test_many_photos_are_trusted_and_few_are_not() -> None:
    raw, liked = patches(2000, 200, 0), patches(2000, 200, 1)
    liked = Patches(liked.colours @ A.T + B, liked.content, liked.photo)
    assert match(raw, liked).trust > 0.9
    few = Patches(liked.colours[:20] + torch.randn(20, 1, 3) * 0.5, liked.content[:20], torch.arange(20))
    assert LEAST_TRUST <= match(raw, few).trust < 0.9


def test_content_that_only_one_folder_shows_does_not_become_a_cast() -> None:
    """Liked: half as much sky as raw, and nothing else different. Sky is blue, and told apart by its content."""

    def folder(skies: int, fields: int, seed: int) -> Patches:
        rng = torch.Generator().manual_seed(seed)
        blue, green = torch.tensor([-0.2, 0.1, 0.7]), torch.tensor([-0.1, 0.2, -0.5])
        colours = torch.cat([blue.expand(skies, 16, 3), green.expand(fields, 16, 3)])
        colours = colours + 0.1 * torch.randn(colours.shape, generator=rng)
        content = torch.eye(2).repeat_interleave(torch.tensor([skies, fields]), dim=0)
        order = torch.randperm(len(colours), generator=rng)
        return Patches(colours[order], content[order], torch.arange(len(colours)) % 40)

    raw, liked = folder(600, 200, 0), folder(200, 600, 1)
    blind = match(
        Patches(raw.colours, raw.content[:, :0], raw.photo), Patches(liked.colours, liked.content[:, :0], liked.photo)
    )
    seeing = match(raw, liked)
    assert seeing.matched and not blind.matched
    middle = raw.colours.flatten(0, 1).mean(0).view(1, 3, 1, 1)
    assert (seeing.transport(middle) - middle).abs().max() < 0.05 < (blind.transport(middle) - middle).abs().max()


def test_grey_photos_and_flat_photos_do_not_break_it() -> None:
    grey = [torch.full((3, 40, 60), level, dtype=torch.uint8) for level in range(60, 180, 10)]
    look = instant_look(grey, [photo // 2 for photo in grey], None)
    assert affine(look).isfinite().all()
    with torch.no_grad():
        darker = look.transport(torch.zeros(1, 3, 1, 1))
    assert darker.mean() < -0.1
    assert float(darker.max() - darker.min()) == pytest.approx(0, abs=1e-3)
