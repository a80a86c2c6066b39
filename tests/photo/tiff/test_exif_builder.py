"""Exif blocks built anew say what the old ones said, with the maker note at its offset."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from uegan_cli.photo.jpeg import format as jpeg
from uegan_cli.photo.tiff import exif_builder
from uegan_cli.photo.tiff.exif_builder import DirectoryTree, ExifContent
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_reader import Tiff
from uegan_cli.photo.tiff.ifd_writer import Field, build_directory, build_header, integer_field
from uegan_cli.photo.tiff.tag_numbers import Tag


def text(tag: int, value: str) -> Field:
    data = value.encode() + b"\0"
    return Field(tag, FieldType.ASCII, len(data), data)


def note(data: bytes) -> Field:
    return Field(Tag.MAKER_NOTE, FieldType.UNDEFINED, len(data), data)


def exif_block(order: str = "<", data: bytes = b"a maker's own words", at: int | None = None) -> bytes:
    exif = DirectoryTree((integer_field(order, Tag.ISO, FieldType.SHORT, 400), note(data)))
    gps = DirectoryTree((Field(0, FieldType.BYTE, 4, b"\2\3\0\0"),))
    fields = (text(Tag.MAKE, "A camera maker"), integer_field(order, Tag.ORIENTATION, FieldType.SHORT, 6))
    return exif_builder.build(ExifContent(order, DirectoryTree(fields, {Tag.EXIF_IFD: exif, Tag.GPS_IFD: gps}), at))


def open_tiff(data: bytes) -> Tiff:
    return Tiff(io.BytesIO(data))


@pytest.mark.parametrize("length", range(8, 120, 7))
def test_a_truncated_block_is_an_error_or_read_as_far_as_it_goes(length: int) -> None:
    data = exif_block()[:length]
    try:
        block = exif_builder.build_from_tiff(open_tiff(data))
    except ValueError:
        return
    assert block is None or exif_builder.build_from_tiff(open_tiff(block)) == block


def test_a_block_describes_the_photo_and_not_how_its_picture_is_stored() -> None:
    fields = [
        text(Tag.MAKE, "Maker"),
        integer_field(">", Tag.ORIENTATION, FieldType.SHORT, 8),
        integer_field(">", Tag.STRIP_OFFSETS, FieldType.LONG, 8),
        integer_field(">", Tag.COMPRESSION, FieldType.SHORT, 1),
        Field(Tag.XMP, FieldType.BYTE, 6, b"<xmp/>"),
        Field(Tag.ICC_PROFILE, FieldType.UNDEFINED, 8, b"the icc "),
    ]
    data = build_header(">", True, 16) + build_directory(">", True, fields, 16)
    block = exif_builder.build_from_tiff(open_tiff(data))
    assert block is not None
    tiff = open_tiff(block)
    assert not tiff.big and tiff.order == ">"
    (directory,) = tiff.chain()
    assert [entry.tag for entry in directory.entries] == [Tag.MAKE, Tag.ORIENTATION]
    silent = build_header("<", False, 8) + build_directory(
        "<", False, [integer_field("<", Tag.STRIP_OFFSETS, FieldType.LONG, 8)], 8
    )
    assert exif_builder.build_from_tiff(open_tiff(silent)) is None


@pytest.mark.parametrize("at", [None, 8, 60, 200, 5000])
def test_a_maker_note_keeps_its_offset(at: int | None) -> None:
    data = exif_block(data=bytes(range(100)), at=at)
    block = exif_builder.build_from_tiff(open_tiff(data))
    assert block == data
    tiff = open_tiff(data)
    (exif,) = tiff.subdirectories(tiff.directory(tiff.first).get(Tag.EXIF_IFD))
    entry = exif.get(Tag.MAKER_NOTE)
    assert entry is not None and tiff.value(entry) == bytes(range(100))
    assert at is None or entry.start == at


def test_a_maker_note_beyond_the_limit_of_a_jpeg_is_moved() -> None:
    data = exif_block(data=bytes(range(100)), at=70_000)
    block = exif_builder.build_from_tiff(open_tiff(data))
    assert block is not None and len(block) < 1000 and bytes(range(100)) in block
    assert exif_builder.build_from_tiff(open_tiff(data), limit=1 << 20) == data
    long = exif_block(data=bytes(80_000))
    assert exif_builder.build_from_tiff(open_tiff(long)) == long


def test_fields_can_be_replaced() -> None:
    block = exif_builder.build_from_tiff(
        open_tiff(exif_block()), replaced=[integer_field("<", Tag.ORIENTATION, FieldType.SHORT, 1)]
    )
    assert block is not None
    tiff = open_tiff(block)
    assert tiff.integer(tiff.directory(tiff.first), Tag.ORIENTATION) == 1


def test_values_that_overlap_do_not_multiply() -> None:
    """20,000 entries that all point to the same megabyte are an attack."""
    entry = struct.pack("<HHII", Tag.MAKE, FieldType.ASCII, 1 << 20, 8)
    rows = b"".join(struct.pack("<H", n) + entry[2:] for n in range(20_000))
    directory = struct.pack("<H", 20_000) + rows + bytes(4)
    data = build_header("<", False, 8 + (1 << 20)) + bytes(1 << 20) + directory
    tiff = open_tiff(data)
    fields = exif_builder.read_fields(tiff, tiff.directory(tiff.first))
    assert sum(len(field.data) for field in fields) <= len(data)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_the_same_from_a_block_built_anew(camera_photos: Path, tmp_path: Path) -> None:
    """Including the maker notes of twenty cameras, taken out of JPEGs."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir(), new.mkdir()
    for path in sorted((camera_photos / "camera").glob("*.jpg")):
        with path.open("rb") as file:
            block = jpeg.read_metadata(file).exif
        if block:
            built = exif_builder.build_from_tiff(open_tiff(block))
            assert built is not None and len(built) <= exif_builder.MAX_JPEG_EXIF_SIZE
            (old / f"{path.stem}.exif").write_bytes(block)
            (new / f"{path.stem}.exif").write_bytes(built)
    was, now = (_exiftool_lines(folder) for folder in (old, new))
    assert len(was) > 20
    for name, tags in was.items():
        gone = set(tags) - set(now[name])
        assert all(line.startswith(("[IFD1]", "[IFD0] YCbCrPositioning", "[IFD0] Padding")) for line in gone), gone
        assert set(now[name]) <= set(tags)


def _exiftool_lines(folder: Path) -> dict[str, list[str]]:
    """The lines that exiftool prints for each file, without those about the file itself."""
    told: dict[str, list[str]] = {}
    command = ["exiftool", "-a", "-u", "-n", "-G1", "-s", "-s", *sorted(map(str, folder.iterdir()))]
    output = subprocess.run(command, capture_output=True, check=False).stdout.decode("latin-1")
    for line in output.splitlines():
        if line.startswith("======== "):
            name = Path(line[9:]).name
            told[name] = []
        elif not line.startswith(("[System]", "[File]", "[ExifTool]", "[Composite]")) and "files read" not in line:
            told[name].append(line)
    return told
