"""Broken directories are errors, not endless loops or reads beyond the end."""

from __future__ import annotations

import io

import pytest

from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_reader import Tiff, find_picture_directories
from uegan_cli.photo.tiff.ifd_writer import build_directory, build_header, integer_field
from uegan_cli.photo.tiff.tag_numbers import Tag


def open_tiff(data: bytes) -> Tiff:
    return Tiff(io.BytesIO(data))


def test_directories_in_circles_are_an_error() -> None:
    fields = [integer_field("<", Tag.ORIENTATION, FieldType.SHORT, 1)]
    circle = build_header("<", False, 8) + build_directory("<", False, fields, 8, following=8)
    with pytest.raises(ValueError, match="circles"):
        list(open_tiff(circle).chain())
    assert len(find_picture_directories(open_tiff(circle))) == 1


def test_a_directory_beyond_the_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="beyond"):
        list(open_tiff(build_header("<", False, 1000)).chain())


@pytest.mark.parametrize("data", [b"", b"II*\0", b"not a TIFF header", b"II\x2b\0\x08\0\0\0"])
def test_a_file_without_a_header_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        open_tiff(data)
