from __future__ import annotations

import pytest
import torch

from uegan_cli.look_fitting.robust import photo_weights, shrink_covariance, uniform_weights


def test_odd_photos_count_for_less() -> None:
    rows = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
    rows[7] = 12
    weights = photo_weights(rows)
    assert weights.sum() == pytest.approx(1)
    assert weights.argmin() == 7 and weights[7] < 0.5 * weights.median()


def test_uniform_weights_have_sum_1() -> None:
    assert uniform_weights(torch.zeros(4, 2)).tolist() == [0.25] * 4


def test_a_singular_covariance_can_be_inverted_once_it_is_shrunk() -> None:
    shrunk = shrink_covariance(torch.ones(3, 3), 0.5)
    assert torch.allclose(shrunk, torch.full((3, 3), 0.5).double() + 0.5 * torch.eye(3).double(), atol=1e-3)
    assert torch.linalg.inv(shrunk).isfinite().all()
