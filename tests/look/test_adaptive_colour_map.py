from __future__ import annotations

import torch
from torch import Tensor

from uegan_cli.look.adaptive_colour_map import AdaptiveColourMap, thumbnails


def photos(count: int = 3, height: int = 90, width: int = 130) -> Tensor:
    rng = torch.Generator().manual_seed(0)
    coarse = torch.rand(count, 3, 5, 7, generator=rng) * 1.6 - 0.8
    return torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(-1, 1)


def lively() -> AdaptiveColourMap:
    torch.manual_seed(0)
    return AdaptiveColourMap().requires_grad_(False)


def test_silence_makes_it_the_identity() -> None:
    colour_map = lively()
    assert not torch.equal(colour_map(photos()), photos())
    colour_map.silence()
    assert torch.equal(colour_map(photos()), photos())


def test_every_photo_has_a_map_of_its_own_whatever_else_is_in_the_batch() -> None:
    together = lively()(photos())
    alone = torch.cat([lively()(photo[None]) for photo in photos()])
    assert torch.allclose(together, alone, atol=1e-5)
    maps = lively().coefficients(thumbnails(photos()))
    assert maps.shape == (3, 3, 10) and not torch.allclose(maps[0], maps[1], atol=1e-3)


def test_a_pixel_is_mapped_by_its_colour_alone() -> None:
    x = photos(1)
    x[..., 40, 60] = x[..., 5, 9]
    y = lively()(x)
    assert torch.equal(y[..., 40, 60], y[..., 5, 9])


def test_the_map_is_nearly_the_same_at_any_size() -> None:
    large, small = photos(height=640, width=960), photos(height=640, width=960)
    small = torch.nn.functional.interpolate(small, (320, 480), mode="area")
    maps = [lively().coefficients(thumbnails(x)) for x in (large, small)]
    assert torch.allclose(*maps, atol=1e-3)


def test_it_learns_to_bring_exposures_together() -> None:
    """Photos darkened at random are restored, which no map that all photos share can do."""
    colour_map, rng = AdaptiveColourMap(), torch.Generator().manual_seed(0)
    colour_map.silence()
    optimiser = torch.optim.Adam(colour_map.parameters(), 2e-3)
    first = last = 0.0
    for _ in range(120):
        x = photos(12, 64, 64)
        dark = x - torch.rand(12, 1, 1, 1, generator=rng)
        loss = (colour_map(dark) - x).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        last = float(loss.detach())
        first = first or last
    assert last < 0.4 * first


def test_dropout_masks_are_the_same_on_any_device() -> None:
    colour_map = lively()
    masks = [colour_map.dropout_mask(4, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(masks[0], masks[1]) and not torch.equal(masks[0], masks[2])
    assert abs(float(masks[0].mean()) - 1) < 0.2, "what is kept makes up for what is dropped"
    assert not torch.equal(colour_map(photos(4), masks[0]), colour_map(photos(4)))
