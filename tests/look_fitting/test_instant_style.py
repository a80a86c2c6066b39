from __future__ import annotations

import torch

from uegan_cli.look.config import LookConfig
from uegan_cli.look.look import FittedLook
from uegan_cli.look_fitting.instant_style import make_instant_style
from uegan_cli.styles.card import Card

from .scenes import scenes


def test_brighter_liked_photos_make_a_style_that_brightens() -> None:
    liked = [(photo * 0.6 + 90).to(torch.uint8) for photo in scenes(30, 0)]
    style = make_instant_style("bright", scenes(30, 1), liked, None, Card())
    assert style.config == LookConfig() and isinstance(style.generator, FittedLook)
    assert style.generator(torch.zeros(1, 3, 4, 4)).mean() > 0.1


def test_the_card_says_how_the_style_was_made_and_from_how_many_photos() -> None:
    card = Card(author="me", recipe={"other": 1})
    style = make_instant_style("same", scenes(10, 1), scenes(12, 0), None, card)
    assert style.card.author == "me"
    assert style.card.data == {"liked": 12, "raw": 10}
    assert style.card.recipe == {"method": "closed form", "deep_features": False, "other": 1}
    assert style.preview is not None
