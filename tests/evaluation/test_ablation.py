from __future__ import annotations

import pytest
import torch

from uegan_cli.evaluation.ablation import TABLE_III_LOSSES, TABLE_IV_NETWORKS, Variant, find_variant
from uegan_cli.look.build import build
from uegan_cli.look.config import LookConfig, StyledGeneratorConfig
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style
from uegan_cli.styles.stored_names import stored_weights
from uegan_cli.training.config import LossWeights, TrainConfig, train_config_to_json


def style(config: StyledGeneratorConfig | LookConfig, **weights: float) -> Style:
    recipe = train_config_to_json(TrainConfig(weights=LossWeights(**weights))) if weights else {}
    torch.manual_seed(0)
    return make_style("s", config, stored_weights(build(config)), Card(recipe=recipe))


@pytest.mark.parametrize(
    ("attention", "modulation", "network"),
    [
        ("reference", "feature", "UEGAN"),
        ("paper", "feature", "UEGAN"),
        ("reference", "none", "GAM + U-Net"),
        ("reference", "pixel", "GAM + MM-P"),
        ("none", "feature", "without GAM"),
        ("none", "none", "without GAM and MM"),
    ],
)
def test_a_network_is_its_row_of_table_iv(attention: str, modulation: str, network: str) -> None:
    found = find_variant(style(StyledGeneratorConfig(width=4, attention=attention, modulation=modulation)))
    assert found.network == network and network in TABLE_IV_NETWORKS
    assert found.losses == ("with all losses" if network == "UEGAN" else None)


def test_the_identity_loss_decides_the_row_of_table_iii() -> None:
    config = StyledGeneratorConfig(width=4)
    assert find_variant(style(config, identity=0.1)) == Variant("with all losses", "UEGAN")
    assert find_variant(style(config, identity=0.0)) == Variant("without the identity loss", None)
    assert set(TABLE_III_LOSSES) == {"with all losses", "without the identity loss"}


def test_a_look_without_a_generator_is_no_variant() -> None:
    assert find_variant(style(LookConfig())) == Variant(None, None)
