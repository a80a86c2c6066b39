"""The identity loss is eq. 8, in the form of the paper or of the authors' code."""

from __future__ import annotations

import pytest
import torch

from uegan_cli.losses.identity import identity


def test_an_unchanged_photo_has_no_loss() -> None:
    x = torch.rand(2, 3, 16, 16)
    assert identity(x, x) == 0


def test_the_paper_form_is_plain_l1() -> None:
    x, y = torch.rand(2, 3, 16, 16), torch.rand(2, 3, 16, 16)
    assert torch.allclose(identity(x, y, "paper"), (x - y).abs().mean())


def test_the_reference_form_weights_three_scales() -> None:
    x = torch.zeros(1, 3, 16, 16)
    assert float(identity(x, x + 0.5)) == pytest.approx(0.5 * 1.75)
    checker = (torch.arange(16)[:, None] + torch.arange(16)) % 2 * 2.0 - 1
    assert float(identity(x, x + checker)) == pytest.approx(1.0), "texture counts at the finest scale alone"
