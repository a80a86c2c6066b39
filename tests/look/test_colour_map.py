from __future__ import annotations

import torch

from uegan_cli.look.colour_map import ColourMap
from uegan_cli.look.look import FittedLook


def test_it_starts_as_the_identity() -> None:
    x = torch.rand(1, 3, 5, 7) * 2 - 1
    assert torch.equal(ColourMap()(x), x)


def test_it_is_the_quadratic_map_of_its_weights() -> None:
    colour_map = ColourMap()
    colour_map.weight.data = torch.tensor([[0.5, 0.1, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    colour_map.bias.data = torch.tensor([0.1, 0.0, -0.3])
    colour = torch.tensor([0.2, 0.9, -0.9])
    colour_map.quadratic.data[0, 3] = 0.5
    colour_map.quadratic.data[2, 5] = -0.25
    expected = colour_map.weight @ colour + colour_map.bias
    expected = expected + torch.tensor([0.5 * 0.2 * 0.9, 0.0, -0.25 * -0.9 * 0.2])
    assert torch.allclose(colour_map(colour.view(1, 3, 1, 1)).flatten(), expected)
    look = FittedLook()
    look.colour_map = colour_map
    assert torch.allclose(look(colour.view(1, 3, 1, 1)).flatten(), expected.clamp(-1, 1))
    assert expected[1] > 1 and expected[2] < -1
