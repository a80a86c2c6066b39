"""A configuration survives its trip through JSON, where its fields keep the names of the first runs."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from uegan_cli.training.config import (
    STORED_STAGES,
    Stage,
    TrainConfig,
    stage_from_json,
    train_config_from_json,
    train_config_to_json,
)

from .tiny import CONFIG


def test_a_configuration_survives_its_trip_through_json() -> None:
    assert train_config_from_json(json.loads(json.dumps(train_config_to_json(CONFIG)))) == CONFIG


def test_fields_have_the_names_of_the_first_runs_in_json() -> None:
    assert list(train_config_to_json(TrainConfig())) == [
        *("generator", "recipe", "weights", "initialisation", "fidelity_reduction", "size", "batch", "whole_steps"),
        *("steps", "lr_whole", "lr_generator", "lr_discriminator", "betas", "weight_decay", "constant", "undo_every"),
        *("warm_up", "patience", "pool", "average", "seed", "start", "instant", "unfade"),
    ]


def test_stages_have_the_names_of_the_first_runs_in_json() -> None:
    assert list(STORED_STAGES.values()) == ["whole", "learn"]
    assert [stage_from_json(STORED_STAGES[stage]) for stage in get_args(Stage)] == list(get_args(Stage))


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError):
        train_config_from_json({**train_config_to_json(CONFIG), "unknown": 1})
