from __future__ import annotations

import torch
from torch import nn

from uegan_cli.look.look import FittedLook
from uegan_cli.look_fitting.shrunk_photo import enhance_shrunk, shrink_photo


def test_photos_are_shrunk_to_the_short_side_and_to_multiples_of_the_stride() -> None:
    assert shrink_photo(torch.zeros(3, 1000, 1500, dtype=torch.uint8)).shape == (1, 3, 192, 288)
    assert shrink_photo(torch.zeros(3, 100, 60, dtype=torch.uint8)).shape == (1, 3, 96, 64)


def test_the_values_are_those_of_networks() -> None:
    photo = torch.tensor([0, 255, 51], dtype=torch.uint8).view(3, 1, 1).expand(3, 32, 48)
    assert torch.allclose(shrink_photo(photo)[0, :, 0, 0], torch.tensor([-1, 1, -0.6]))


def test_an_identity_returns_the_photo() -> None:
    photo = torch.randint(0, 256, (3, 96, 128), dtype=torch.uint8)
    look: nn.Module = FittedLook()
    assert torch.equal(enhance_shrunk(look, photo), photo)
