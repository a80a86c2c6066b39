"""The schedule is that of the paper in the adversarial stage, and pretraining comes before it."""

from __future__ import annotations

import dataclasses

import pytest

from uegan_cli.training.config import TrainConfig
from uegan_cli.training.schedule import PRETRAIN_FINAL_RATE, find_stage, learning_rates, photos_in_step

CONFIG = TrainConfig(pretrain_steps=10, steps=100, batch=4, lr_pretrain=1.0, lr_generator=1.0, lr_discriminator=2.0)


def test_pretraining_comes_before_the_adversarial_stage() -> None:
    found = [find_stage(CONFIG, done) for done in (0, 9, 10, 109, 110)]
    assert found == [("pretrain", 0), ("pretrain", 9), ("adversarial", 0), ("adversarial", 99), ("adversarial", 100)]
    assert find_stage(dataclasses.replace(CONFIG, pretrain_steps=0), 0) == ("adversarial", 0)


def test_a_pretraining_step_has_more_photos() -> None:
    assert (photos_in_step(CONFIG, "pretrain"), photos_in_step(CONFIG, "adversarial")) == (24, 4)


def test_adversarial_rates_are_constant_then_fall_to_zero_as_in_the_paper() -> None:
    rates = [learning_rates(CONFIG, 10 + within) for within in (0, 50, 75, 100)]
    assert [rate["generator"] for rate in rates] == pytest.approx([1, 1, 0.5, 0])
    assert [rate["discriminator"] for rate in rates] == pytest.approx([2, 2, 1, 0])


def test_the_rate_of_pretraining_keeps_a_tenth() -> None:
    assert [learning_rates(CONFIG, done)["pretrain"] for done in (0, 5)] == [1, 1]
    assert PRETRAIN_FINAL_RATE < learning_rates(CONFIG, 9)["pretrain"] < 0.3


def test_the_generators_rate_rises_first_and_the_discriminators_does_not() -> None:
    config = dataclasses.replace(CONFIG, warm_up=20)
    rates = [learning_rates(config, 10 + within) for within in (0, 10, 20)]
    assert [rate["generator"] for rate in rates] == pytest.approx([0, 0.5, 1])
    assert [rate["discriminator"] for rate in rates] == [2, 2, 2]
