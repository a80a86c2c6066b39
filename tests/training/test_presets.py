from __future__ import annotations

from typing import get_args

import pytest

from uegan_cli.config import TrainConfig
from uegan_cli.styles import names
from uegan_cli.training.presets import Preset, preset


@pytest.mark.parametrize("name", get_args(Preset))
def test_every_preset_can_be_made_and_changed(name: Preset) -> None:
    assert isinstance(preset(name), TrainConfig)
    assert preset(name, steps=7, seed=3).steps == 7


def test_fewer_steps_are_fewer_of_all_stages() -> None:
    quick, tenth = preset("quick"), preset("quick", steps=40)
    assert {stage: steps // 10 for stage, steps in quick.stages.items()} == tenth.stages
    assert preset("quick", steps=40, undo_steps=5).undo_steps == 5


def test_the_paper_preset_has_the_papers_constants() -> None:
    config = preset("paper")
    assert (config.size, config.batch, config.pool) == (256, 10, 50)
    assert (config.lr_generator, config.lr_discriminator, config.betas) == (1e-4, 1e-4, (0.5, 0.999))
    assert config.steps == 150 * 2250 // 10 and config.constant == 0.5
    assert (config.weights.quality, config.weights.fidelity, config.weights.identity) == (0.10, 1.0, 0.10)
    assert config.recipe == config.generator.attention == config.initialisation == "paper"
    assert config.start is None and not config.instant


def test_quick_starts_from_the_built_in_style_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "has_built_in", lambda: True)
    assert preset("quick").start == "natural"
    monkeypatch.setattr(names, "has_built_in", lambda: False)
    assert preset("quick").start is None
