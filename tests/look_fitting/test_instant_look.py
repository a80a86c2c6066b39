from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.colour_difference import psnr
from tests.known_looks import apply_look, bright_airy, warm_film
from uegan_cli.look.look import FittedLook
from uegan_cli.look_fitting.instant_look import fit_instant_look
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.training.data import load_photos, to_float

from .scenes import scenes


def fit_to_photos(raw: list[Tensor], liked: list[Tensor]) -> FittedLook:
    return fit_instant_look(describe_photos(raw, None), describe_photos(liked, None, seed=1)).look


@pytest.mark.parametrize("look", [warm_film, bright_airy])
def test_a_known_look_is_found_in_other_photos(look, raw_photos: list[Path]) -> None:  # type: ignore[no-untyped-def]
    photos = list(load_photos(raw_photos[::2], 128).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = [photos[i] for i in order]
    raw, liked, held_out = shuffled[:60], [apply_look(look, p) for p in shuffled[60:120]], shuffled[120:]
    found = fit_to_photos(raw, liked)
    gains = []
    for photo in held_out:
        x, wanted = to_float(photo[None]), to_float(apply_look(look, photo)[None])
        gains.append(psnr(found(x), wanted) - psnr(x, wanted))
    assert min(gains) > 0 and sum(gains) / len(gains) > 5


def test_the_same_photos_on_both_sides_give_next_to_no_change() -> None:
    photos = scenes(30, 0)
    x = to_float(torch.stack(photos))
    assert (fit_to_photos(photos, photos)(x) - x).abs().mean() < 0.02


def test_brighter_liked_photos_make_the_look_brighter() -> None:
    raw, liked = scenes(30, 0), [(p.float() * 0.7 + 70).to(torch.uint8) for p in scenes(30, 1)]
    grey = torch.zeros(1, 3, 1, 1)
    assert 0.2 < fit_to_photos(raw, liked)(grey).mean() < 0.4, "0.25 is the answer"
