from __future__ import annotations

import pytest
import torch
from torch import Tensor

from uegan_cli.look_fitting.content_regression import regress_on_content


def two_sets(look: Tensor, n: int = 120) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return contents with different means, and statistics that depend on them, plus `look` in the second set."""
    rng = torch.Generator().manual_seed(0)
    effect = torch.randn(6, 4, generator=rng)
    one, two = torch.randn(n, 6, generator=rng), torch.randn(n, 6, generator=rng) + 1.0
    rows = [c @ effect + 0.3 * torch.randn(n, 4, generator=rng) for c in (one, two)]
    return (one, two), (rows[0], rows[1] + look)


def test_the_difference_due_to_content_is_predicted_and_that_due_to_the_look_is_not() -> None:
    look = torch.tensor([2.0, -1.0, 0.0, 0.5])
    contents, rows = two_sets(look)
    regression = regress_on_content(((contents[0],), (contents[1],)), rows)
    observed = rows[1].mean(dim=0) - rows[0].mean(dim=0)
    assert (observed - look).abs().max() > 1
    assert (observed + regression.difference - look).abs().max() < 0.35
    assert [len(residuals) for residuals in regression.residuals] == [120, 120]
    assert torch.cat(regression.residuals).std() < 0.5 * rows[0].std()


def test_unrelated_content_predicts_next_to_nothing() -> None:
    _, rows = two_sets(torch.ones(4))
    rng = torch.Generator().manual_seed(1)
    contents = (torch.randn(120, 6, generator=rng),), (torch.randn(120, 6, generator=rng),)
    regression = regress_on_content(contents, rows)
    assert regression.difference.abs().max() < 0.2 * (rows[1].mean(dim=0) - rows[0].mean(dim=0)).abs().max()


def test_the_prediction_is_less_certain_for_contents_further_apart() -> None:
    contents, rows = two_sets(torch.zeros(4))

    def variance(further: float) -> float:
        return regress_on_content(((contents[0],), (contents[1] + further,)), rows).relative_variance

    assert variance(-1.0) < variance(0.0) < variance(3.0)


@pytest.mark.parametrize("count", [2, 10])
def test_sets_of_identical_photos_predict_no_difference(count: int) -> None:
    rows = torch.ones(count, 3), torch.ones(count, 3) * 2
    contents = ((torch.ones(count, 5),), (torch.ones(count, 5),))
    assert regress_on_content(contents, rows).difference.abs().max() == 0
