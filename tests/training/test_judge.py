from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.benchmarks.looks import apply, bright_airy
from uegan_cli.networks.transport import ColourTransport
from uegan_cli.training.data import load_photos
from uegan_cli.training.instant import instant_look
from uegan_cli.training.judge import Judge, judge_between
from uegan_cli.training.matching import photo_patches


def between(raw: list[torch.Tensor], liked: list[torch.Tensor]) -> Judge:
    return judge_between(raw, photo_patches(raw, None), photo_patches(liked, None), len(raw))


def test_the_distance_of_a_set_to_itself_is_next_to_nothing() -> None:
    photos = [torch.randint(0, 256, (3, 192, 192), dtype=torch.uint8) for _ in range(4)]
    assert between(photos, photos).distance(ColourTransport()) < 2


def test_real_photos_come_nearer_to_the_known_look_step_by_step(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[::5], 192).values())
    liked = [apply(bright_airy, photo) for photo in photos[1::2]]
    raw = photos[::2]
    judge, look = between(raw, liked), instant_look(raw, liked, None).transport
    distances = []
    for share in (0.0, 0.5, 1.0):
        partly = ColourTransport()
        partly.weight.data = torch.eye(3) + share * (look.weight.data - torch.eye(3))
        partly.bias.data = share * look.bias.data
        distances.append(judge.distance(partly))
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] == pytest.approx(judge.distance(partly)), "and the judge does not change its mind"
