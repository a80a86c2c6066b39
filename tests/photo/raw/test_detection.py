"""Camera raws are told from photos by their signatures, or by what their directories hold."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from uegan_cli.photo.formats import sniff
from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.raw.detection import is_tiff_like_raw
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_writer import Field, build_directory, build_header, integer_field
from uegan_cli.photo.tiff.tag_numbers import Tag

from . import dng

COLOUR_FILTERS, LINEAR_RAW, NIKON = 32803, 34892, 34713


def tiff_of(*fields: Field) -> io.BytesIO:
    return io.BytesIO(build_header("<", False, 8) + build_directory("<", False, fields, 8))


def short(tag: int, value: int) -> Field:
    return integer_field("<", tag, FieldType.SHORT, value)


@pytest.mark.parametrize(
    "field",
    [
        short(Tag.PHOTOMETRIC, COLOUR_FILTERS),
        short(Tag.COMPRESSION, NIKON),
        Field(Tag.DNG_VERSION, FieldType.BYTE, 4, b"\1\4\0\0"),
    ],
)
def test_sensor_data_in_the_first_directory_make_a_raw(field: Field) -> None:
    assert is_tiff_like_raw(tiff_of(field))


def test_a_finished_picture_is_no_raw() -> None:
    assert not is_tiff_like_raw(tiff_of(short(Tag.PHOTOMETRIC, 2)))
    assert not is_tiff_like_raw(io.BytesIO(b"II, a letter")) and not is_tiff_like_raw(io.BytesIO(b""))


def test_sensor_data_in_a_subdirectory_make_a_raw() -> None:
    sub = build_directory("<", False, [short(Tag.PHOTOMETRIC, LINEAR_RAW)], 100)
    outer = tiff_of(integer_field("<", Tag.SUB_IFDS, FieldType.LONG, 100)).getvalue()
    assert is_tiff_like_raw(io.BytesIO(outer.ljust(100, b"\0") + sub))


@pytest.mark.parametrize("magic", [b"IIU\0", b"IIRO"])
def test_makers_own_magic_numbers_make_a_raw(magic: bytes) -> None:
    assert is_tiff_like_raw(io.BytesIO(magic + tiff_of(short(Tag.PHOTOMETRIC, 2)).getvalue()[4:]))


def test_the_raws_of_the_corpus_are_found_and_nothing_else(camera_photos: Path) -> None:
    found = {path.name for path in camera_photos.rglob("*.*") if is_tiff_like_raw(io.BytesIO(path.read_bytes()))}
    assert found == {"DNG.dng", "Panasonic.rw2"}


@pytest.mark.parametrize(
    "head",
    [
        b"FUJIFILMCCD-RAW 0201",
        b"\0\0\0\x18ftypcrx \0\0\0\1",
        b"\0MRM\0\0\0\0",
        b"FOVb\0\0\2\0",
        b"II\x1a\0\0\0HEAPCCDR",
        b"IIRO\x08\0\0\0",
        b"IIU\0\x08\0\0\0",
        b"II*\0\x10\0\0\0CR\2\0",
    ],
)
def test_raws_are_sniffed_by_their_first_bytes(head: bytes) -> None:
    assert sniff(io.BytesIO(head.ljust(64, b"\0"))) == "RAW"


def test_a_dng_is_sniffed_by_its_directories(picture: Pixels) -> None:
    assert sniff(io.BytesIO(dng.dng(picture))) == "RAW"
