from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from uegan_cli.config import GeneratorConfig
from uegan_cli.look.build import build
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style

MakeStyle = Callable[..., Style]


@pytest.fixture
def new_style() -> MakeStyle:
    """Makes a small style with weights of its own."""

    def make(name: str = "mine", seed: int = 0, card: Card | None = None, preview: bytes | None = None) -> Style:
        torch.manual_seed(seed)
        config = GeneratorConfig(width=4, attention="paper")
        weights = build(config).state_dict()
        card = card or Card(author="Ada", created="2026-01-01T00:00:00+00:00")
        return make_style(name, config, weights, card, preview)

    return make
