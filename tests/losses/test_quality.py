"""The quality losses are eqs. 5 and 6, with the factor 1/2 of the authors' code."""

from __future__ import annotations

import pytest
import torch

from uegan_cli.losses import quality


def maps(*values: float) -> list[torch.Tensor]:
    return [torch.full((2, 1, 4, 4), v) for v in values]


def test_an_undecided_discriminator_has_a_loss_of_one_at_each_scale() -> None:
    assert quality.discriminator(maps(0.3) * 5, maps(0.3) * 5) == 5
    assert quality.generator(maps(0.3) * 5, maps(0.3) * 5) == 5


def test_a_margin_of_one_has_no_loss_for_the_side_ahead() -> None:
    ahead, behind = maps(0.9, 0.6), maps(-0.2, -0.4)
    assert quality.discriminator(ahead, behind) == 0
    assert quality.generator(ahead, behind) == pytest.approx(1 + 1.1 + 1 + 1.0)


def test_the_two_losses_are_one_with_the_roles_reversed() -> None:
    one, two = [torch.randn(2, 1, 8, 8)], [torch.randn(3, 1, 8, 8)]
    assert quality.generator(one, two) == quality.discriminator(two, one)


def test_the_loss_is_the_relativistic_average_hinge_of_the_paper() -> None:
    h, f = torch.randn(4, 1, 6, 6), torch.randn(4, 1, 6, 6)
    real = torch.clamp(1 - (h - f.mean()), min=0).mean()
    fake = torch.clamp(1 + (f - h.mean()), min=0).mean()
    assert torch.allclose(quality.discriminator([h], [f]), (real + fake) / 2)
