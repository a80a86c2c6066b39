from __future__ import annotations

from dataclasses import replace

import pytest

from uegan_cli import __version__
from uegan_cli.errors import StyleError
from uegan_cli.styles.card import Card


def test_comes_back_from_json_as_it_was():
    card = Card("Ada", "warm", "CC0-1.0", "uegan train", {"liked": 3}, {"steps": 4}, {"psnr": 22.5})
    assert Card.from_json(card.to_json()) == card


def test_says_when_and_by_which_version_it_was_made():
    card = Card()
    assert card.uegan == __version__
    assert card.created.endswith("+00:00")


def test_does_not_invent_a_date_for_a_card_without_one():
    assert Card.from_json({}).created == ""


def test_passes_over_fields_of_later_versions():
    assert replace(Card.from_json({"author": "Ada", "mood": 3}), created="") == Card(author="Ada", created="", uegan="")


@pytest.mark.parametrize("data", [[], None, {"author": 3}, {"metrics": []}, {"recipe": "x"}])
def test_refuses_fields_of_the_wrong_kind(data):
    with pytest.raises(StyleError):
        Card.from_json(data)
