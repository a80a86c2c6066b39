from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.benchmarks.looks import apply, bright_airy, psnr, warm_film
from uegan_cli.look_fitting import instant_look as instant
from uegan_cli.look_fitting.instant_look import InstantLook, instant_look
from uegan_cli.look_fitting.photo_set import look_through
from uegan_cli.training.data import load_photos, to_float


def look_between(raw: list[Tensor], liked: list[Tensor]) -> InstantLook:
    return instant_look(look_through(raw, None), look_through(liked, None, seed=1))


def scenes(count: int, seed: int) -> list[Tensor]:
    coarse = torch.rand(count, 3, 5, 6, generator=torch.Generator().manual_seed(seed))
    smooth = nn.functional.interpolate(coarse, (96, 128), mode="bicubic").clamp(0, 1)
    return list(smooth.mul(255).to(torch.uint8))


@pytest.mark.parametrize("look", [warm_film, bright_airy])
def test_a_known_look_is_found_in_other_photos(look, raw_photos: list[Path]) -> None:  # type: ignore[no-untyped-def]
    photos = list(load_photos(raw_photos[::2], 128).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = [photos[i] for i in order]
    raw, liked, held_out = shuffled[:60], [apply(look, p) for p in shuffled[60:120]], shuffled[120:]
    found = look_between(raw, liked).form
    gains = []
    for photo in held_out:
        x, wanted = to_float(photo[None]), to_float(apply(look, photo)[None])
        gains.append(psnr(found(x), wanted) - psnr(x, wanted))
    assert min(gains) > 0 and sum(gains) / len(gains) > 5


def test_the_search_for_the_look_has_come_to_its_end(raw_photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the look would be an accident: of the rounding of deep features, say."""
    photos = list(load_photos(raw_photos[::2], 96).values())
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = [photos[i] for i in order]
    sides = shuffled[:60], [apply(bright_airy, p) for p in shuffled[60:80]]
    colours = to_float(torch.stack(scenes(10, 3)))
    found = look_between(*sides).form(colours)
    monkeypatch.setattr(instant, "ITERATIONS", 2 * instant.ITERATIONS)
    assert (look_between(*sides).form(colours) - found).abs().max() < 0.01


def test_the_same_folder_twice_is_next_to_no_change() -> None:
    photos = scenes(30, 0)
    x = to_float(torch.stack(photos))
    assert (look_between(photos, photos).form(x) - x).abs().mean() < 0.02


def test_photos_that_are_brighter_are_met_half_way_at_least() -> None:
    raw, liked = scenes(30, 0), [(p.float() * 0.7 + 70).to(torch.uint8) for p in scenes(30, 1)]
    grey = torch.zeros(1, 3, 1, 1)
    assert 0.2 < look_between(raw, liked).form(grey).mean() < 0.4, "0.25 is the answer"


def test_the_look_lets_every_grey_rise(raw_photos: list[Path]) -> None:
    """Liked: negatives, which no such map should follow."""
    photos = list(load_photos(raw_photos[:60:3], 96).values())
    found = look_between(photos, [255 - p for p in photos]).form
    greys = torch.linspace(-1, 1, 64).expand(3, 64)[None, :, :, None]
    risen = found(greys)[0, :, :, 0].diff(dim=1)
    assert (risen >= 0).all()


def test_one_odd_photo_does_not_decide() -> None:
    raw, liked = scenes(24, 0), scenes(24, 1)
    odd = [*liked[1:], torch.full((3, 96, 128), 255, dtype=torch.uint8)]
    x = to_float(torch.stack(raw))
    between = (look_between(raw, odd).form(x) - look_between(raw, liked).form(x)).abs().mean()
    assert between < 0.04, "the mean of the odd set is 0.04 brighter"


def test_grey_photos_and_flat_photos_do_not_break_it() -> None:
    grey = [torch.full((3, 40, 60), level, dtype=torch.uint8) for level in range(60, 180, 10)]
    found = look_between(grey, [photo // 2 for photo in grey]).form
    darker = found(torch.zeros(1, 3, 1, 1))
    assert darker.mean() < -0.1
    assert float(darker.max() - darker.min()) == pytest.approx(0, abs=0.02)
