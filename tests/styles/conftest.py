from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from uegan_cli.look.build import build
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style
from uegan_cli.styles.stored_names import stored_weights

MakeStyle = Callable[..., Style]


@pytest.fixture
def new_style() -> MakeStyle:
    """Makes a small style with weights of its own."""

    def make(name: str = "mine", seed: int = 0, card: Card | None = None, preview: bytes | None = None) -> Style:
        torch.manual_seed(seed)
        config = StyledGeneratorConfig(width=4, attention="paper")
        weights = stored_weights(build(config))
        card = card or Card(author="Ada", created="2026-01-01T00:00:00+00:00")
        return make_style(name, config, weights, card, preview)

    return make
