from __future__ import annotations

import torch

from uegan_cli.look.look import FittedLook
from uegan_cli.look_fitting.photo_set import MAX_PHOTOS, apply_to_colours, describe_photos


def test_of_many_photos_some_at_equal_distances_are_measured() -> None:
    photos = [torch.full((3, 16, 16), number % 256, dtype=torch.uint8) for number in range(2 * MAX_PHOTOS + 1)]
    described = describe_photos(photos, None)
    assert [int(photo[0, 0, 0]) for photo in described.photos[:3]] == [0, 3, 6]
    assert len(described.photos) == len(described.colours) == len(described.content[0]) == 101


def test_the_same_seed_draws_the_same_colours() -> None:
    photos = [torch.randint(0, 256, (3, 32, 32), dtype=torch.uint8)]
    one, again, other = (describe_photos(photos, None, seed).colours for seed in (0, 0, 1))
    assert torch.equal(one, again) and not torch.equal(one, other)


def test_a_look_maps_the_colours_of_each_photo() -> None:
    look, colours = FittedLook(), torch.rand(2, 5, 3) - 0.5
    look.colour_map.bias.data += torch.tensor([0.1, 0.2, 0.3])
    assert torch.allclose(apply_to_colours(look, colours), colours + torch.tensor([0.1, 0.2, 0.3]), atol=1e-6)
