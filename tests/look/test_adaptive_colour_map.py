from __future__ import annotations

import torch
from torch import Tensor

from uegan_cli.config import GeneratorConfig
from uegan_cli.look.adaptive_colour_map import PhotoTransport, thumbnails
from uegan_cli.look.build import build
from uegan_cli.networks.generator import Generator


def photos(count: int = 3, height: int = 90, width: int = 130) -> Tensor:
    rng = torch.Generator().manual_seed(0)
    coarse = torch.rand(count, 3, 5, 7, generator=rng) * 1.6 - 0.8
    return torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(-1, 1)


def lively() -> PhotoTransport:
    torch.manual_seed(0)
    return PhotoTransport().requires_grad_(False)


def test_it_can_be_silenced() -> None:
    transport = lively()
    assert not torch.equal(transport(photos()), photos())
    transport.silence()
    assert torch.equal(transport(photos()), photos())


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
    """Darkened at random, to be brought back: no map that is the same for all photos can do that."""
    transport, rng = PhotoTransport(), torch.Generator().manual_seed(0)
    transport.silence()
    optimiser = torch.optim.Adam(transport.parameters(), 2e-3)
    first = last = 0.0
    for _ in range(120):
        x = photos(12, 64, 64)
        dark = x - torch.rand(12, 1, 1, 1, generator=rng)
        loss = (transport(dark) - x).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        last = float(loss.detach())
        first = first or last
    assert last < 0.4 * first


def test_some_of_what_is_seen_can_be_hidden_the_same_on_any_device() -> None:
    transport = lively()
    hidden = [transport.dropout(4, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(hidden[0], hidden[1]) and not torch.equal(hidden[0], hidden[2])
    assert abs(float(hidden[0].mean()) - 1) < 0.2, "what is left makes up for it"
    assert not torch.equal(transport(photos(4), hidden[0]), transport(photos(4)))


def test_no_gradient_goes_through_it_in_the_generator() -> None:
    generator = build(GeneratorConfig(width=2, attention="prenorm", adaptive=True))
    assert isinstance(generator, Generator)
    generator(photos()).mean().backward()
    assert all(p.grad is None for p in generator.photo_transport.parameters())
    assert generator.encoder[0].get_parameter("weight").grad is not None


def test_the_generator_without_its_own_edit_still_has_that_of_the_closed_form() -> None:
    torch.manual_seed(0)
    generator = build(GeneratorConfig(width=2, attention="prenorm", adaptive=True, transport=True))
    assert isinstance(generator, Generator)
    generator.silence()
    assert torch.allclose(generator(photos()), photos(), atol=1e-6)
    torch.nn.init.normal_(generator.photo_transport.head[2].weight, std=0.05)
    with torch.no_grad():
        assert torch.allclose(generator(photos()), generator.closed_form(photos()), atol=1e-6)
        assert not torch.allclose(generator(photos()), photos(), atol=0.01)
