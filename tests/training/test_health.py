from __future__ import annotations

import math

import pytest

from uegan_cli.look_fitting.judge import Judgement
from uegan_cli.training.health import LONG, Best, Health, is_better, not_numbers


@pytest.mark.parametrize(
    ("distance", "before", "better"),
    [(3.0, None, True), (3.0, 4.0, True), (4.0, 4.0, False), (5.0, 4.0, False), (math.nan, None, False)],
)
def test_the_nearer_is_the_better(distance: float, before: float | None, better: bool) -> None:
    best = None if before is None else Best(1, before, {})
    assert is_better(Judgement(distance, 0.0), best, most_change=0.1) is better


def test_what_changes_the_content_is_never_better() -> None:
    assert not is_better(Judgement(1.0, 0.2), Best(1, 4.0, {}), most_change=0.1)
    assert not is_better(Judgement(1.0, math.nan), None, most_change=0.1)


def test_the_loss_that_is_no_number_is_named() -> None:
    assert not_numbers({"quality": 1.0, "identity": 0.0}) is None
    assert not_numbers({"quality": 1.0, "identity": math.nan}) == "the identity loss is no longer a number"
    assert not_numbers({"quality": -math.inf}) == "the quality loss is no longer a number"


def test_the_discriminator_may_win_for_a_while_but_not_for_long() -> None:
    health = Health()
    assert health.collapse({"discriminator": 0.1}, LONG - 1, None) is None
    assert "has won" in (health.collapse({"discriminator": 0.1}, 1, None) or "")


def test_a_discriminator_that_can_be_fooled_again_has_not_won() -> None:
    health = Health()
    health.collapse({"discriminator": 0.1}, LONG - 1, None)
    assert health.collapse({"discriminator": 3.0}, 10, None) is None and health.won == 0
    assert health.collapse({"undo": 0.0}, LONG, None) is None, "no discriminator, no winner"


def test_results_may_drift_but_not_explode() -> None:
    health = Health(first=4.0)
    assert health.collapse({}, 50, 8.0) is None
    assert health.collapse({}, 50, 14.0) is not None
    assert health.collapse({}, 50, math.nan) is not None
