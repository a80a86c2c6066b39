from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from tests.known_looks import apply_look, bright_airy
from uegan_cli.look.look import FittedLook
from uegan_cli.look.srgb import to_linear, to_srgb
from uegan_cli.look_fitting.instant_look import fit_instant_look
from uegan_cli.look_fitting.judge import make_judge
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.training.data import load_photos


def test_the_distance_falls_with_each_step_towards_a_known_look(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[::5], 192).values())
    raw = describe_photos(photos[::2], None)
    liked = describe_photos([apply_look(bright_airy, photo) for photo in photos[1::2]], None)
    look = fit_instant_look(raw, liked).look
    judge = make_judge(raw, raw.photos[::2], liked, look)
    distances = []
    for share in (0.0, 0.5, 1.0):
        partly = FittedLook()
        for name, part in partly.named_parameters():
            part.data += share * (look.get_parameter(name).data - part.data)
        distances.append(judge.assess(partly).distance)
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] == judge.assess(partly).distance, "the same network gets the same distance"


class SameExposure(nn.Module):
    """Brings every photo to the same mean, as a careful photographer does."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        light = to_linear((x + 1) / 2)
        return to_srgb((light * 0.2 / light.mean()).clamp(0, 1)) * 2 - 1


def test_equal_exposures_count_where_liked_photos_have_them(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[::3], 192).values())
    balanced = SameExposure()
    liked = [((balanced(p[None].float() / 127.5 - 1)[0] + 1) * 127.5).to(torch.uint8) for p in photos[1::2]]
    raw, rng = photos[::2], torch.Generator().manual_seed(0)
    gains = (torch.rand(len(raw), generator=rng) * 1.2 + 0.4).tolist()
    raw = [(p.float() * gain).clamp(0, 255).to(torch.uint8) for p, gain in zip(raw, gains, strict=True)]
    sets = describe_photos(raw, None), describe_photos(liked, None)
    look = fit_instant_look(*sets).look
    judge = make_judge(sets[0], raw[::2], sets[1], look)
    assert judge.assess(balanced).distance < 0.8 * judge.assess(look.colour_map).distance


def test_the_bound_leaves_room_beyond_the_look() -> None:
    photos = [torch.randint(0, 256, (3, 96, 96), dtype=torch.uint8) for _ in range(6)]
    photo_set = describe_photos(photos, None)
    judge = make_judge(photo_set, photos, photo_set)
    assert judge.assess(FittedLook()).content_change < judge.max_content_change
