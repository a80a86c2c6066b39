from __future__ import annotations

import torch

from uegan_cli.look.colour_map import ColourMap
from uegan_cli.look_fitting.inverse_colour_map import InverseColourMap
from uegan_cli.look_fitting.photo_set import apply_to_colours


def colours() -> torch.Tensor:
    return torch.rand(20, 60, 3, generator=torch.Generator().manual_seed(0)) * 1.6 - 0.8


def test_the_inverse_of_the_identity_changes_nothing() -> None:
    inverse = InverseColourMap.fit(ColourMap(), colours())
    assert torch.allclose(inverse(colours()), colours(), atol=1e-4)


def test_a_map_is_undone_on_colours_like_those_it_was_fitted_to() -> None:
    colour_map = ColourMap()
    colour_map.weight.data.copy_(torch.tensor([[0.9, 0.05, 0.0], [0.0, 0.8, 0.1], [0.05, 0.0, 0.85]]))
    colour_map.quadratic.data[:, :3] = 0.1 * torch.eye(3)
    colour_map.bias.data += 0.05
    inverse = InverseColourMap.fit(colour_map, colours())
    assert (inverse(apply_to_colours(colour_map, colours())) - colours()).abs().max() < 0.02


def test_clipped_colours_stay_in_range() -> None:
    colour_map = ColourMap()
    colour_map.weight.data *= 2
    inverse = InverseColourMap.fit(colour_map, colours())
    assert inverse(torch.ones(4, 3)).abs().max() <= 1
