"""Options that several commands share."""

from __future__ import annotations

import pytest

from uegan_cli.commands.shared import options
from uegan_cli.photo.reading import MAX_PIXELS

pytestmark = pytest.mark.usefixtures("photos")


@pytest.mark.parametrize(("text", "count"), [("250000", 250000), ("400M", 400_000_000), ("1.5g", 1_500_000_000)])
def test_pixels_are_counted_as_people_do(text, count):
    assert options.pixel_count(text) == count


@pytest.mark.parametrize("text", ["many", "-1", "0", "4T", "1.5.2"])
def test_what_is_no_number_of_pixels_is_a_usage_error(uegan, text):
    assert uegan("enhance", "a.jpg", "--max-pixels", text).code == 2


def test_help_tells_the_limit_of_pixels(uegan):
    assert f"Without it: {MAX_PIXELS // 10**6}M." in uegan("enhance", "--help").out
