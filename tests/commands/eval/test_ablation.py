"""The paper's Tables III and IV of styles trained as its variants."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.commands.conftest import Run
from uegan_cli.look.build import build
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import make_style
from uegan_cli.styles.store import install
from uegan_cli.styles.stored_names import stored_weights
from uegan_cli.training.config import LossWeights, TrainConfig, train_config_to_json


@pytest.fixture
def variants(pairs: Path) -> dict[str, str]:
    """Untrained styles of all variants of the method -> their rows of Table IV."""
    rows = {
        "unet": ("GAM + U-Net", "reference", "none"),
        "mmp": ("GAM + MM-P", "reference", "pixel"),
        "nogam": ("without GAM", "none", "feature"),
        "neither": ("without GAM and MM", "none", "none"),
        "whole": ("UEGAN", "reference", "feature"),
    }
    torch.manual_seed(0)
    for name, (_, attention, modulation) in rows.items():
        config = StyledGeneratorConfig(width=4, attention=attention, modulation=modulation)
        recipe = train_config_to_json(TrainConfig(generator=config))
        install(make_style(name, config, stored_weights(build(config)), Card(recipe=recipe)))
    config = StyledGeneratorConfig(width=4)
    recipe = train_config_to_json(TrainConfig(generator=config, weights=LossWeights(identity=0)))
    install(make_style("noidt", config, stored_weights(build(config)), Card(recipe=recipe)))
    return {name: row for name, (row, _, _) in rows.items()}


def test_ablation_prints_tables_iii_and_iv(variants: dict[str, str], uegan: Run) -> None:
    styles = [part for name in (*variants, "noidt") for part in ("-s", name)]
    outcome = uegan("eval", "raw", *styles, "--reference", "finished", "--ablation")
    assert outcome.code == 0
    third, fourth = outcome.out.split("Table III: losses\n")[1].split("Table IV: networks\n")
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in fourth.splitlines()[1:]}
    assert {row: cells[0] for row, cells in lines.items()} == {row: name for name, row in variants.items()}
    assert lines["UEGAN"][-3:] == ["22.88", "0.8882", "4.76"]
    assert float(lines["UEGAN"][1]) > 5
    assert [line.split("\t")[:2] for line in third.splitlines()[1:]] == [
        ["without the identity loss", "noidt"],
        ["with all losses", "whole"],
    ]
    records = uegan("eval", "raw", *styles, "--reference", "finished", "--ablation", "--json").records
    tables = [record for record in records if "table" in record]
    assert len(tables) == 7 and tables[0]["paper"] == [22.56, 0.8773, 4.68]
