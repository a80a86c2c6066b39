"""Liked photos are degraded as raw photos differ from them, and only as far as the look does not undo it."""

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
from uegan_cli.training.synthetic_pairs import SyntheticPairs, synthetic_pairs


def two_folders(paths: list[Path]) -> tuple[list[Tensor], list[Tensor]]:
    """Ordinary photos, shuffled and divided in two."""
    photos = list(load_photos(paths[::2], 96).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = [photos[i] for i in order]
    return shuffled[::2], shuffled[1::2]


def exposed_at_random(photo: Tensor, rng: torch.Generator) -> Tensor:
    """Up to 1.5 stops over or under."""
    light = to_linear(photo.float() / 255) * torch.exp2(torch.rand(1, generator=rng) * 3 - 1.5)
    return (to_srgb(light.clamp(0, 1)) * 255).to(torch.uint8)


def pairs_between(raw: list[Tensor], liked: list[Tensor]) -> SyntheticPairs:
    sets = describe_photos(raw, None), describe_photos(liked, None)
    return synthetic_pairs(fit_instant_look(*sets).look, *sets)


def identity_map() -> InverseColourMap:
    coefficients = torch.zeros(20, 3)
    coefficients[1:4] = torch.eye(3)
    return InverseColourMap(coefficients)


def test_a_look_that_is_the_same_for_all_photos_leaves_nothing_to_learn(raw_photos: list[Path]) -> None:
    raw, _ = two_folders(raw_photos)
    pairs = pairs_between(raw, [apply_look(warm_film, photo) for photo in raw])
    assert not pairs.is_uneven and not pairs.inverse_local_contrast.gain


def test_exposures_that_vary_only_among_raw_photos_are_to_be_learnt(raw_photos: list[Path]) -> None:
    rng = torch.Generator().manual_seed(0)
    raw, others = two_folders(raw_photos)
    light = [p.float() / 255 for p in others]
    exposed = [to_srgb((to_linear(x) * 0.18 / to_linear(x).mean()).clamp(0, 1)) * 255 for x in light]
    pairs = pairs_between([exposed_at_random(photo, rng) for photo in raw], [x.to(torch.uint8) for x in exposed])
    assert pairs.is_uneven
    exposure, warmth, tint = pairs.disturbance.square().sum(dim=1).sqrt().tolist()
    assert 0.5 < exposure < 1.8 and exposure > 2 * warmth and exposure > 2 * tint


def test_the_look_turns_a_degraded_copy_back_into_the_liked_photo(raw_photos: list[Path]) -> None:
    raw, others = two_folders(raw_photos)
    liked = [apply_look(warm_film, photo) for photo in others]
    sets = describe_photos(raw, None), describe_photos(liked, None)
    look = fit_instant_look(*sets).look
    degrade = synthetic_pairs(look, *sets)
    errors = []
    for photo in liked[::10]:
        finished = to_float(photo[None])
        errors.append(float((look(degrade(finished, torch.Generator())) - finished).abs().mean()))
    assert sum(errors) / len(errors) < 0.02


def test_disturbances_have_the_given_size_and_are_reproducible() -> None:
    degrade = SyntheticPairs(identity_map(), torch.diag(torch.tensor([0.5, 0.3, 0.1])))
    grey = torch.zeros(400, 3, 2, 2)
    degraded = degrade(grey, torch.Generator().manual_seed(1))
    assert torch.equal(degraded, degrade(grey, torch.Generator().manual_seed(1)))
    spread = measure_balance(degraded.flatten(2).transpose(1, 2)).std(dim=0)
    assert torch.allclose(spread, torch.tensor([0.5, 0.3, 0.1]), rtol=0.15)


def test_local_contrast_is_removed() -> None:
    x = 0.2 * torch.randn(1, 1, 96, 96).expand(1, 3, 96, 96)
    degrade = SyntheticPairs(identity_map(), torch.zeros(3, 3), LocalContrast(0.3).inverse())
    assert 1.2 < float(x.std() / degrade(x, torch.Generator()).std()) < 1.35


def test_the_identity_leaves_nothing_to_learn() -> None:
    photos = [torch.randint(0, 256, (3, 64, 64), dtype=torch.uint8) for _ in range(12)]
    photo_set = describe_photos(photos, None)
    pairs = synthetic_pairs(FittedLook(), photo_set, photo_set)
    assert not pairs.is_uneven and not pairs.inverse_local_contrast.gain
