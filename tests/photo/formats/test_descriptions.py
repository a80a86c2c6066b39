from __future__ import annotations

import io
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from uegan_cli.photo.jpeg import format as jpeg
from uegan_cli.photo.tiff import descriptions, ifd
from uegan_cli.photo.tiff.descriptions import Branch, Description
from uegan_cli.photo.tiff.ifd import EXIF, GPS, LONG, MAKER_NOTE, SHORT, Field, Tiff

ASCII = 2
MAKE, ORIENTATION, STRIP_OFFSETS, XMP = 0x010F, 0x0112, 0x0111, 0x02BC


def text(tag: int, value: str) -> Field:
    data = value.encode() + b"\0"
    return Field(tag, ASCII, len(data), data)


def note(data: bytes) -> Field:
    return Field(MAKER_NOTE, ifd.UNDEFINED, len(data), data)


def described(order: str = "<", data: bytes = b"a maker's own words", at: int | None = None) -> bytes:
    exif = Branch((ifd.integers(order, 0x8827, SHORT, 400), note(data)))
    gps = Branch((Field(0, ifd.BYTE, 4, b"\2\3\0\0"),))
    fields = (text(MAKE, "A camera maker"), ifd.integers(order, ORIENTATION, SHORT, 6))
    return descriptions.build(Description(order, Branch(fields, {EXIF: exif, GPS: gps}), at))


def opened(data: bytes) -> Tiff:
    return Tiff(io.BytesIO(data))


@pytest.mark.parametrize("length", range(8, 120, 7))
def test_a_cut_file_is_an_error_or_read_as_far_as_it_goes(length: int) -> None:
    data = described()[:length]
    try:
        block = descriptions.exif_block(opened(data))
    except ValueError:
        return
    assert block is None or descriptions.exif_block(opened(block)) == block


def test_a_block_says_what_describes_the_photo_and_nothing_of_its_picture() -> None:
    fields = [
        text(MAKE, "Maker"),
        ifd.integers(">", ORIENTATION, SHORT, 8),
        ifd.integers(">", STRIP_OFFSETS, LONG, 8),
        ifd.integers(">", ifd.COMPRESSION, SHORT, 1),
        Field(XMP, ifd.BYTE, 6, b"<xmp/>"),
        Field(34675, ifd.UNDEFINED, 8, b"the icc "),
    ]
    data = ifd.header(">", True, 16) + ifd.directory(">", True, fields, 16)
    block = descriptions.exif_block(opened(data))
    assert block is not None
    tiff = opened(block)
    assert not tiff.big and tiff.order == ">"
    (directory,) = tiff.chain()
    assert [entry.tag for entry in directory.entries] == [MAKE, ORIENTATION]
    silent = ifd.header("<", False, 8) + ifd.directory("<", False, [ifd.integers("<", STRIP_OFFSETS, LONG, 8)], 8)
    assert descriptions.exif_block(opened(silent)) is None


@pytest.mark.parametrize("at", [None, 8, 60, 200, 5000])
def test_a_maker_note_stays_where_its_offsets_are_true(at: int | None) -> None:
    data = described(data=bytes(range(100)), at=at)
    block = descriptions.exif_block(opened(data))
    assert block == data
    tiff = opened(data)
    (exif,) = tiff.subdirectories(tiff.directory(tiff.first).get(EXIF))
    entry = exif.get(MAKER_NOTE)
    assert entry is not None and tiff.value(entry) == bytes(range(100))
    assert at is None or entry.start == at


def test_a_maker_note_too_far_for_a_jpeg_is_brought_nearer() -> None:
    data = described(data=bytes(range(100)), at=70_000)
    block = descriptions.exif_block(opened(data))
    assert block is not None and len(block) < 1000 and bytes(range(100)) in block
    assert descriptions.exif_block(opened(data), limit=1 << 20) == data
    long = described(data=bytes(80_000))
    assert descriptions.exif_block(opened(long)) == long


def test_fields_can_be_replaced() -> None:
    block = descriptions.exif_block(opened(described()), replaced=[ifd.integers("<", ORIENTATION, SHORT, 1)])
    assert block is not None
    tiff = opened(block)
    assert tiff.integer(tiff.directory(tiff.first), ORIENTATION) == 1


def test_values_that_overlap_do_not_multiply() -> None:
    """65,535 entries that all point to the same megabyte are an attack, not a description."""
    entry = struct.pack("<HHII", MAKE, ASCII, 1 << 20, 8)
    rows = b"".join(struct.pack("<H", n) + entry[2:] for n in range(20_000))
    directory = struct.pack("<H", 20_000) + rows + bytes(4)
    data = ifd.header("<", False, 8 + (1 << 20)) + bytes(1 << 20) + directory
    tiff = opened(data)
    fields = descriptions.fields_of(tiff, tiff.directory(tiff.first))
    assert sum(len(field.data) for field in fields) <= len(data)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_the_same_from_a_block_built_anew(camera_photos: Path, tmp_path: Path) -> None:
    """Maker notes and all: those of twenty cameras, taken out of JPEGs."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir(), new.mkdir()
    for path in sorted((camera_photos / "camera").glob("*.jpg")):
        with path.open("rb") as file:
            block = jpeg.read_metadata(file).exif
        if block:
            built = descriptions.exif_block(opened(block))
            assert built is not None and len(built) <= descriptions.EXIF_LIMIT
            (old / f"{path.stem}.exif").write_bytes(block)
            (new / f"{path.stem}.exif").write_bytes(built)
    was, now = (_told(folder) for folder in (old, new))
    assert len(was) > 20
    for name, tags in was.items():
        gone = set(tags) - set(now[name])
        assert all(line.startswith(("[IFD1]", "[IFD0] YCbCrPositioning", "[IFD0] Padding")) for line in gone), gone
        assert set(now[name]) <= set(tags)


def _told(folder: Path) -> dict[str, list[str]]:
    """What exiftool says of every file: its lines, without those about the file itself."""
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
