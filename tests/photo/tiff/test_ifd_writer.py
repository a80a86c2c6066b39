"""Directories that are written are read back, in both byte orders, classic and BigTIFF."""

from __future__ import annotations

import io
import struct

import pytest

from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_reader import Tiff
from uegan_cli.photo.tiff.ifd_writer import Field, build_directory, build_header, integer_field
from uegan_cli.photo.tiff.tag_numbers import Tag


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_written_directory_is_read_back(order: str, big: bool) -> None:
    fields = [
        Field(Tag.MAKE, FieldType.ASCII, 11, b"odd length\0"),
        integer_field(order, Tag.ORIENTATION, FieldType.SHORT, 3),
        integer_field(order, Tag.STRIP_OFFSETS, FieldType.LONG, *range(5)),
        Field(Tag.X_RESOLUTION, FieldType.RATIONAL, 1, struct.pack(order + "II", 300, 7)),
    ]
    start = 40
    data = build_header(order, big, start).ljust(start, b"\0") + build_directory(order, big, fields, start)
    tiff = Tiff(io.BytesIO(data))
    (directory,) = tiff.chain()
    assert (tiff.order, tiff.big, directory.start) == (order, big, start)
    tags = [Tag.MAKE, Tag.STRIP_OFFSETS, Tag.ORIENTATION, Tag.X_RESOLUTION]
    assert [entry.tag for entry in directory.entries] == tags
    assert {entry.tag: tiff.value(entry) for entry in directory.entries} == {f.tag: f.data for f in fields}
    assert tiff.integers(directory.get(Tag.STRIP_OFFSETS)) == tuple(range(5))
    assert tiff.rational(directory, Tag.X_RESOLUTION) == 300 / 7
    assert tiff.integer(directory, Tag.ORIENTATION) == 3 and tiff.integer(directory, 9999, 5) == 5
