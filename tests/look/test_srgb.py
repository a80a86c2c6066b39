"""The transfer curves are those of IEC 61966-2-1, and each undoes the other."""

from __future__ import annotations

import pytest
import torch

from uegan_cli.look.srgb import to_linear, to_srgb


def test_srgb_and_linear_light_are_inverse() -> None:
    x = torch.linspace(0, 1, 1001)
    assert torch.allclose(to_srgb(to_linear(x)), x, atol=1e-5)


def test_middle_grey_is_that_of_the_standard() -> None:
    assert float(to_linear(torch.tensor(0.5))) == pytest.approx(0.21404, abs=1e-4)
