"""Suffixes and formats belong together."""

from __future__ import annotations

import pytest

from uegan_cli.photo.formats import FORMATS
from uegan_cli.photo.suffixes import SUFFIXES, WRITABLE, format_by_name


def test_every_format_has_suffixes():
    assert set(FORMATS) == set(SUFFIXES)
    assert {name for name, format in FORMATS.items() if format.DEPTHS} == set(WRITABLE)


@pytest.mark.parametrize(
    ("name", "format"), [("x/a.JPG", "JPEG"), ("a.b.Heic", "HEIF"), ("a.nef", "RAW"), ("a.txt", None), ("jpg", None)]
)
def test_a_suffix_suggests_a_format(name, format):
    assert format_by_name(name) == format
