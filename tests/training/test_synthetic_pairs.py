from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from tests.known_looks import apply_look, warm_film
from uegan_cli.look.exposure_balance import measure_balance
from uegan_cli.look.local_contrast import LocalContrast
from uegan_cli.look.look import FittedLook
from uegan_cli.look.srgb import to_linear, to_srgb
from uegan_cli.look_fitting.instant_look import fit_instant_look
from uegan_cli.look_fitting.inverse_colour_map import InverseColourMap
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.training.data import load_photos, to_float
from uegan_cli.training.synthetic_pairs import Counterparts, counterparts


def two_sides(paths: list[Path]) -> tuple[list[Tensor], list[Tensor]]:
    """Ordinary photos in no order, on two sides."""
    photos = list(load_photos(paths[::2], 96).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = [photos[i] for i in order]
    return shuffled[::2], shuffled[1::2]


def disturbed(photo: Tensor, rng: torch.Generator) -> Tensor:
    """Up to 1.5 stops over or under."""
    light = to_linear(photo.float() / 255) * torch.exp2(torch.rand(1, generator=rng) * 3 - 1.5)
    return (to_srgb(light.clamp(0, 1)) * 255).to(torch.uint8)


def made(raw: list[Tensor], liked: list[Tensor]) -> Counterparts:
    folders = describe_photos(raw, None), describe_photos(liked, None)
    return counterparts(fit_instant_look(*folders).look, *folders)


def test_a_look_that_is_the_same_for_all_photos_leaves_nothing_to_teach(raw_photos: list[Path]) -> None:
    raw, _ = two_sides(raw_photos)
    spoil = made(raw, [apply_look(warm_film, photo) for photo in raw])
    assert not spoil.uneven and not spoil.plainer.gain


def test_exposures_that_only_raw_photos_have_are_what_there_is_to_teach(raw_photos: list[Path]) -> None:
    rng = torch.Generator().manual_seed(0)
    raw, others = two_sides(raw_photos)
    light = [p.float() / 255 for p in others]
    exposed = [to_srgb((to_linear(x) * 0.18 / to_linear(x).mean()).clamp(0, 1)) * 255 for x in light]
    spoil = made([disturbed(photo, rng) for photo in raw], [x.to(torch.uint8) for x in exposed])
    assert spoil.uneven
    exposure, warmth, tint = spoil.disturbance.square().sum(dim=1).sqrt().tolist()
    assert 0.5 < exposure < 1.8 and exposure > 2 * warmth and exposure > 2 * tint


def test_a_counterpart_goes_through_the_look_to_the_liked_photo(raw_photos: list[Path]) -> None:
    raw, others = two_sides(raw_photos)
    liked = [apply_look(warm_film, photo) for photo in others]
    folders = describe_photos(raw, None), describe_photos(liked, None)
    look = fit_instant_look(*folders).look
    spoil = counterparts(look, *folders)
    changed = []
    for photo in liked[::10]:
        finished = to_float(photo[None])
        changed.append(float((look(spoil(finished, torch.Generator())) - finished).abs().mean()))
    assert sum(changed) / len(changed) < 0.02


def unchanged() -> InverseColourMap:
    coefficients = torch.zeros(20, 3)
    coefficients[1:4] = torch.eye(3)
    return InverseColourMap(coefficients)


def test_disturbances_are_as_large_as_was_asked_for_and_the_same_for_the_same_draw() -> None:
    spoil = Counterparts(unchanged(), torch.diag(torch.tensor([0.5, 0.3, 0.1])))
    grey = torch.zeros(400, 3, 2, 2)
    spoilt = spoil(grey, torch.Generator().manual_seed(1))
    assert torch.equal(spoilt, spoil(grey, torch.Generator().manual_seed(1)))
    found = measure_balance(spoilt.flatten(2).transpose(1, 2)).std(dim=0)
    assert torch.allclose(found, torch.tensor([0.5, 0.3, 0.1]), rtol=0.15)


def test_local_contrast_is_taken_out() -> None:
    x = 0.2 * torch.randn(1, 1, 96, 96).expand(1, 3, 96, 96)
    plain = Counterparts(unchanged(), torch.zeros(3, 3), LocalContrast(0.3).inverse())(x, torch.Generator())
    assert 1.2 < float(x.std() / plain.std()) < 1.35


def test_the_identity_needs_no_counterparts() -> None:
    photos = [torch.randint(0, 256, (3, 64, 64), dtype=torch.uint8) for _ in range(12)]
    folder = describe_photos(photos, None)
    spoil = counterparts(FittedLook(), folder, folder)
    assert not spoil.uneven and not spoil.plainer.gain
