from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.fivek import Pair, pairs
from uegan_cli.evaluation.delta_e import delta_e

__all__ = ["pairs"]


def test_delta_e_has_the_values_of_its_definition() -> None:
    """Greys 119 and 120 have an L* of 50.03 and 50.43, where CIEDE2000 is the difference; red and green are far."""
    grey, next_grey = (np.full((20, 20, 3), level, np.uint8) for level in (119, 120))
    assert delta_e(grey, next_grey) == pytest.approx(0.397, abs=0.002)
    red, green = (np.broadcast_to(np.uint8(colour), (20, 20, 3)) for colour in ((255, 0, 0), (0, 255, 0)))
    assert delta_e(red, green) == pytest.approx(86.6, abs=0.1)


def test_equal_pictures_have_no_difference(pairs: list[Pair]) -> None:
    assert delta_e(pairs[0][0], pairs[0][0]) == 0.0


def test_delta_e_is_the_same_in_bands_and_whole(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    in_bands = delta_e(*pairs[0])
    monkeypatch.setattr("uegan_cli.evaluation.delta_e._PIXELS_AT_A_TIME", 1 << 30)
    assert delta_e(*pairs[0]) == pytest.approx(in_bands, abs=1e-4)
