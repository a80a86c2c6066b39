from __future__ import annotations

import torch

from uegan_cli.look.colour_map import ColourTransport
from uegan_cli.look.look import ClosedForm


def test_it_starts_as_the_identity() -> None:
    x = torch.rand(1, 3, 5, 7) * 2 - 1
    assert torch.equal(ColourTransport()(x), x)


def test_it_is_the_quadratic_map_of_its_weights() -> None:
    transport = ColourTransport()
    transport.weight.data = torch.tensor([[0.5, 0.1, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    transport.bias.data = torch.tensor([0.1, 0.0, -0.3])
    colour = torch.tensor([0.2, 0.9, -0.9])
    transport.quadratic.data[0, 3] = 0.5
    transport.quadratic.data[2, 5] = -0.25
    expected = transport.weight @ colour + transport.bias
    expected = expected + torch.tensor([0.5 * 0.2 * 0.9, 0.0, -0.25 * -0.9 * 0.2])
    assert torch.allclose(transport(colour.view(1, 3, 1, 1)).flatten(), expected)
    form = ClosedForm()
    form.transport = transport
    assert torch.allclose(form(colour.view(1, 3, 1, 1)).flatten(), expected.clamp(-1, 1))
    assert expected[1] > 1 and expected[2] < -1
