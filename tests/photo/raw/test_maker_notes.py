"""Maker notes of raws keep their bytes, offsets and byte order in the Exif block, and shrink only where they must."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.raw.metadata import read_metadata
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import exif, exif_builder
from uegan_cli.photo.tiff.exif_builder import DirectoryTree
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_writer import Field
from uegan_cli.photo.tiff.tag_numbers import CanonTag, Tag
from uegan_cli.photo.writing import write_photo

from . import dng

NOTE = dng.MAKER_NOTE
FIRST_CANON_TAG, LAST_CANON_TAG = 0x0001, 0x4008


def read_block(data: bytes) -> bytes | None:
    return read_metadata(io.BytesIO(data)).exif


def test_a_maker_note_keeps_its_offset(picture: Pixels) -> None:
    data = dng.dng(picture, described={Tag.EXIF_IFD: dng.exif_directory()}, note_start=3000)
    block = read_block(data)
    assert block is not None and block[3000 : 3000 + len(NOTE)] == data[3000 : 3000 + len(NOTE)] == NOTE


def adobe_private(order: bytes, offset: int) -> Field:
    data = b"Adobe\0" + struct.pack(">4sI2sI", b"MakN", 6 + len(NOTE), order, offset) + NOTE
    return Field(Tag.DNG_PRIVATE_DATA, FieldType.BYTE, len(data), data)


def test_a_maker_note_that_adobe_put_away_comes_back_to_its_offset(picture: Pixels) -> None:
    tiff = dng.open_block(read_block(dng.dng(picture, first=[adobe_private(b"II", 700)])))
    entry = dng.subdirectory(tiff, Tag.EXIF_IFD).get(Tag.MAKER_NOTE)
    assert entry is not None and entry.start == 700 and tiff.value(entry) == NOTE


def test_a_maker_note_of_the_other_byte_order_swaps_all_numbers(picture: Pixels) -> None:
    plain = DirectoryTree((dng.number(Tag.ISO, 400), dng.fractions(Tag.EXPOSURE_TIME, FieldType.RATIONAL, 0.25)))
    data = dng.dng(picture, orientation=6, first=[adobe_private(b"MM", 700)], described={Tag.EXIF_IFD: plain})
    block = read_block(data)
    tiff = dng.open_block(block)
    assert tiff.order == ">" and exif.read_orientation(block) == 6
    assert tiff.integer(dng.subdirectory(tiff, Tag.EXIF_IFD), Tag.ISO) == 400
    assert tiff.rational(dng.subdirectory(tiff, Tag.EXIF_IFD), Tag.EXPOSURE_TIME) == 0.25


def canon_note(base: int, developer_bytes: int) -> tuple[bytes, bytes]:
    """A maker note as Canon writes it, its offsets counted from `base` bytes before it, and its last value."""
    last = b"a lens of good glass"
    start = base + 2 + 3 * 12 + 4
    rows = [
        (FIRST_CANON_TAG, FieldType.SHORT, 1, 7),
        (CanonTag.CRW_PARAM, FieldType.UNDEFINED, developer_bytes, start),
        (LAST_CANON_TAG, FieldType.UNDEFINED, len(last), start + developer_bytes),
    ]
    directory = struct.pack("<H", 3) + b"".join(struct.pack("<HHII", *row) for row in rows)
    return directory + bytes(4 + developer_bytes) + last, last


@pytest.mark.parametrize(("developer_bytes", "kept"), [(1000, True), (66000, False)])
def test_a_canon_note_too_long_for_a_jpeg_loses_only_developer_parameters(
    picture: Pixels, developer_bytes: int, kept: bool
) -> None:
    note, last = canon_note(900, developer_bytes)
    directory = DirectoryTree((dng.undefined(Tag.MAKER_NOTE, note),))
    data = dng.dng(picture, described={Tag.EXIF_IFD: directory}, note_start=900).replace(b"Acme\0", b"Canon")
    block = read_block(data)
    assert block is not None and len(block) <= exif_builder.MAX_JPEG_EXIF_SIZE
    tiff = dng.open_block(block)
    found = tiff.directory(900)
    middle = [CanonTag.CRW_PARAM] if kept else []
    assert [entry.tag for entry in found.entries] == [FIRST_CANON_TAG, *middle, LAST_CANON_TAG]
    assert tiff.integer(found, FIRST_CANON_TAG) == 7 and tiff.value(found.entries[-1]) == last


def test_a_maker_note_that_no_jpeg_can_hold_goes_alone_and_with_a_warning(picture: Pixels, tmp_path: Path) -> None:
    note = bytes(70_000)
    directory = DirectoryTree((dng.number(Tag.ISO, 400), dng.undefined(Tag.MAKER_NOTE, note)))
    path = tmp_path / "photo.dng"
    path.write_bytes(dng.dng(picture, orientation=6, described={Tag.EXIF_IFD: directory}))
    result = write_photo(read_photo(path), tmp_path / "out.jpg")
    written = read_photo(result.path).metadata
    tiff = dng.open_block(written.exif)
    assert result.warnings == ("its maker note cannot be kept in a JPEG file",)
    assert tiff.integer(dng.subdirectory(tiff, Tag.EXIF_IFD), Tag.ISO) == 400 and written.orientation == 6
    assert note in write_photo(read_photo(path), tmp_path / "out.tif", format="TIFF").path.read_bytes()
