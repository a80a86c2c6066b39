"""The presets have the constants they stand for, and can be changed."""

from __future__ import annotations

from typing import get_args

import pytest

from uegan_cli.training.config import TrainConfig
from uegan_cli.training.presets import Preset, preset


@pytest.mark.parametrize("name", get_args(Preset))
def test_every_preset_can_be_changed(name: Preset) -> None:
    assert isinstance(preset(name), TrainConfig)
    assert preset(name, steps=7, seed=3).steps == 7


def test_fewer_steps_are_fewer_of_both_stages() -> None:
    quick, tenth = preset("quick"), preset("quick", steps=40)
    assert {stage: steps // 10 for stage, steps in quick.stages.items()} == tenth.stages
    assert preset("quick", steps=40, pretrain_steps=5).pretrain_steps == 5


def test_the_paper_preset_has_the_constants_of_the_paper() -> None:
    config = preset("paper")
    assert (config.size, config.batch, config.pool_size) == (256, 10, 50)
    assert (config.lr_generator, config.lr_discriminator, config.betas) == (1e-4, 1e-4, (0.5, 0.999))
    assert config.steps == 150 * 2250 // 10 and config.constant_share == 0.5
    assert (config.weights.quality, config.weights.fidelity, config.weights.identity) == (0.10, 1.0, 0.10)
    assert config.recipe == config.generator.attention == config.initialisation == "paper"
    assert config.start is None and not config.instant


def test_natural_is_learnt_in_pretraining_alone() -> None:
    config = preset("natural")
    assert config.stages == {"pretrain": config.pretrain_steps, "adversarial": 0} and config.pretrain_steps
    assert config.generator.adaptive and not config.instant
    assert preset("natural", steps=7).pretrain_steps == config.pretrain_steps
