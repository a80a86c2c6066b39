"""Camera and date of an Exif block, for reports."""

from __future__ import annotations

import pytest
from PIL import Image

from uegan_cli.photo.tiff.exif_tags import read_tags


def block(**tags):
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[{"make": 271, "model": 272, "date": 306}[tag]] = value
    return exif.tobytes().removeprefix(b"Exif\0\0")


def test_camera_and_date_are_told():
    found = read_tags(block(make="Fuji ", model="X100\0", date="2020:02:03 04:05:06"))
    assert found == {"make": "Fuji", "model": "X100", "taken": "2020-02-03T04:05:06"}


@pytest.mark.parametrize("date", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday"])
def test_a_date_that_is_none_is_left_out(date):
    assert read_tags(block(make="Fuji", date=date)) == {"make": "Fuji"}


@pytest.mark.parametrize("broken", [None, b"", b"II*\0\xff\xff\xff\xff", b"no block", b"MM\0*\0\0\0\x08\xff\xff"])
def test_a_broken_block_tells_nothing_and_says_nothing(broken, capsys):
    assert read_tags(broken) == {}
    assert capsys.readouterr().err == ""
