"""The contact sheet of --sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.enhance.files import file_names

pytestmark = pytest.mark.usefixtures("bright", "photos")


def test_a_sheet_shows_before_and_after(uegan):
    assert uegan("enhance", "b.png", "-s", "bright", "--sheet", "sheet.png").code == 0
    sheet = np.asarray(Image.open("sheet.png"))
    colours = set(map(tuple, sheet.reshape(-1, 3)))
    assert (100, 100, 100) in colours
    assert any(abs(int(r) - 125) <= 1 and r == g == b for r, g, b in colours)


def test_the_next_run_does_not_take_a_sheet_for_a_photo(uegan):
    assert uegan("enhance", "*", "-s", "bright", "--sheet", "sheet.jpg").code == 0
    again = uegan("enhance", "*", "-s", "bright", "--sheet", "sheet.jpg", "--json")
    assert (again.code, again.records[-1]["summary"]) == (0, {"enhanced": 0, "skipped": 5, "failed": 0})
    assert uegan("enhance", "a.jpg", "-s", "bright", "--force", "--sheet", "sheet.jpg").code == 0


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("a.jpg", "a.jpg: is one of the photos or results"),
        ("a_bright.jpg", "a_bright.jpg: is one of the photos or results"),
        ("b.png", "b.png: exists and was not made by uegan; --force replaces it"),
        ("sheet.gif", "sheet.gif: a contact sheet is an image; choose a name that ends in .jpg or .png"),
    ],
)
def test_a_sheet_replaces_no_photo_and_no_result(uegan, sheet, said):
    before = {name: Path(name).read_bytes() for name in file_names()}
    outcome = uegan("enhance", "a.jpg", "-s", "bright", "--sheet", sheet)
    assert outcome.code == 2 and said in outcome.err
    assert {name: Path(name).read_bytes() for name in file_names()} == before
