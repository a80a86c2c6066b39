from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from tests.benchmarks.looks import apply, bright_airy
from uegan_cli.look.look import FittedLook
from uegan_cli.look.srgb import to_linear, to_srgb
from uegan_cli.look_fitting.instant_look import instant_look
from uegan_cli.look_fitting.judge import content_change, judge_between
from uegan_cli.look_fitting.photo_set import look_through
from uegan_cli.training.data import load_photos


def test_real_photos_come_nearer_to_the_known_look_step_by_step(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[::5], 192).values())
    liked = [apply(bright_airy, photo) for photo in photos[1::2]]
    raw = photos[::2]
    folders = look_through(raw, None), look_through(liked, None)
    look = instant_look(*folders)
    judge = judge_between(folders[0], raw[::2], folders[1], look.form)
    distances = []
    for share in (0.0, 0.5, 1.0):
        partly = FittedLook()
        for name, part in partly.named_parameters():
            part.data += share * (look.form.get_parameter(name).data - part.data)
        distances.append(judge.verdict(partly).distance)
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] == judge.verdict(partly).distance, "and the judge does not change its mind"


class Exposed(nn.Module):
    """Brings every photo to the same mean, as a careful photographer does."""

    def __init__(self) -> None:
        super().__init__()
        self.nothing = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        light = to_linear((x + 1) / 2)
        return to_srgb((light * 0.2 / light.mean()).clamp(0, 1)) * 2 - 1


def test_photos_brought_to_one_exposure_are_nearer_to_photos_of_one_exposure(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[::3], 192).values())
    exposed = Exposed()
    liked = [((exposed(p[None].float() / 127.5 - 1)[0] + 1) * 127.5).to(torch.uint8) for p in photos[1::2]]
    raw, rng = photos[::2], torch.Generator().manual_seed(0)
    gains = (torch.rand(len(raw), generator=rng) * 1.2 + 0.4).tolist()
    raw = [(p.float() * gain).clamp(0, 255).to(torch.uint8) for p, gain in zip(raw, gains, strict=True)]
    folders = look_through(raw, None), look_through(liked, None)
    look = instant_look(*folders)
    judge = judge_between(folders[0], raw[::2], folders[1], look.form)
    assert judge.verdict(exposed).distance < 0.8 * judge.verdict(look.form.colour_map).distance


def test_tone_is_no_change_of_content_and_other_things_are(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[:40:8], 192).values())
    toned = [apply(bright_airy, photo) for photo in photos]
    mirrored = [photo.flip(2) for photo in photos]
    assert content_change(photos, photos) < 1e-3
    assert content_change(photos, toned) < 0.05
    assert content_change(photos, mirrored) > 0.5


def test_the_bound_leaves_room_beyond_the_look() -> None:
    photos = [torch.randint(0, 256, (3, 96, 96), dtype=torch.uint8) for _ in range(6)]
    folder = look_through(photos, None)
    judge = judge_between(folder, photos, folder)
    assert judge.verdict(FittedLook()).content_change < judge.most_change
