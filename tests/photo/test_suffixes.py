from __future__ import annotations

import pytest

from uegan_cli.photo.formats import FORMATS
from uegan_cli.photo.suffixes import SUFFIXES, WRITABLE, format_by_name


def test_the_short_list_says_what_the_formats_say():
    assert {name: format.SUFFIXES for name, format in FORMATS.items()} == SUFFIXES
    assert {name for name, format in FORMATS.items() if format.DEPTHS} == set(WRITABLE)


@pytest.mark.parametrize(
    ("name", "format"), [("x/a.JPG", "JPEG"), ("a.b.Heic", "HEIF"), ("a.nef", "RAW"), ("a.txt", None), ("jpg", None)]
)
def test_a_name_promises_a_format(name, format):
    assert format_by_name(name) == format
