"""Better weights are recognised, and a run that has collapsed."""

from __future__ import annotations

import math

import pytest

from uegan_cli.look_fitting.judge import Judgement
from uegan_cli.training.health import MAX_WON_STEPS, BestWeights, Health, find_nan, is_better


@pytest.mark.parametrize(
    ("distance", "before", "better"),
    [(3.0, None, True), (3.0, 4.0, True), (4.0, 4.0, False), (5.0, 4.0, False), (math.nan, None, False)],
)
def test_closer_weights_are_better(distance: float, before: float | None, better: bool) -> None:
    best = None if before is None else BestWeights(1, before, {})
    assert is_better(Judgement(distance, 0.0), best, max_content_change=0.1) is better


def test_a_small_improvement_is_not_better() -> None:
    best = BestWeights(1, 4.0, {})
    assert not is_better(Judgement(3.8, 0.0), best, max_content_change=0.1)


def test_weights_that_change_the_content_are_never_better() -> None:
    assert not is_better(Judgement(1.0, 0.2), BestWeights(1, 4.0, {}), max_content_change=0.1)
    assert not is_better(Judgement(1.0, math.nan), None, max_content_change=0.1)


def test_the_loss_that_is_nan_is_named() -> None:
    assert find_nan({"quality": 1.0, "identity": 0.0}) is None
    assert find_nan({"quality": 1.0, "identity": math.nan}) == "the identity loss is NaN or infinite"
    assert find_nan({"quality": -math.inf}) == "the quality loss is NaN or infinite"


def test_the_discriminator_may_win_for_a_while_but_not_for_long() -> None:
    health = Health()
    assert health.find_collapse({"discriminator": 0.1}, MAX_WON_STEPS - 1, None) is None
    assert "has won" in (health.find_collapse({"discriminator": 0.1}, 1, None) or "")


def test_a_discriminator_that_is_fooled_again_has_not_won() -> None:
    health = Health()
    health.find_collapse({"discriminator": 0.1}, MAX_WON_STEPS - 1, None)
    assert health.find_collapse({"discriminator": 3.0}, 10, None) is None and health.won_steps == 0
    assert health.find_collapse({"undo": 0.0}, MAX_WON_STEPS, None) is None, "pretraining has no discriminator"


def test_results_may_drift_but_not_diverge() -> None:
    health = Health(first_distance=4.0)
    assert health.find_collapse({}, 50, 8.0) is None
    assert health.find_collapse({}, 50, 14.0) is not None
    assert health.find_collapse({}, 50, math.nan) is not None


def test_checkpoints_keep_the_names_of_the_first_runs() -> None:
    health = Health(first_distance=4.0, judgements_since_best=2, won_steps=3, rollbacks=1, stop_reason="stopped")
    assert health.state_dict() == {"first": 4.0, "stale": 2, "won": 3, "rollbacks": 1, "ended": "stopped"}
    assert Health.from_state(health.state_dict()) == health
