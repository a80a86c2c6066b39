from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from uegan_cli.photo.tiff import ifd
from uegan_cli.photo.tiff.ifd import LONG, SHORT, Field, Tiff

MAKE, ORIENTATION, STRIP_OFFSETS = 0x010F, 0x0112, 0x0111


def opened(data: bytes) -> Tiff:
    return Tiff(io.BytesIO(data))


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_what_is_built_is_what_is_read(order: str, big: bool) -> None:
    fields = [
        Field(MAKE, 2, 11, b"odd length\0"),
        ifd.integers(order, ORIENTATION, SHORT, 3),
        ifd.integers(order, STRIP_OFFSETS, LONG, *range(5)),
        Field(0x011A, ifd.RATIONAL, 1, struct.pack(order + "II", 300, 7)),
    ]
    start = 40
    data = ifd.header(order, big, start).ljust(start, b"\0") + ifd.directory(order, big, fields, start, following=0)
    tiff = opened(data)
    (directory,) = tiff.chain()
    assert (tiff.order, tiff.big, directory.start) == (order, big, start)
    assert [entry.tag for entry in directory.entries] == [MAKE, STRIP_OFFSETS, ORIENTATION, 0x011A]
    assert {entry.tag: tiff.value(entry) for entry in directory.entries} == {f.tag: f.data for f in fields}
    assert tiff.integers(directory.get(STRIP_OFFSETS)) == tuple(range(5))
    assert tiff.rational(directory, 0x011A) == 300 / 7
    assert tiff.integer(directory, ORIENTATION) == 3 and tiff.integer(directory, 9999, 5) == 5


def test_directories_in_circles_and_beyond_the_end_are_errors() -> None:
    fields = [ifd.integers("<", ORIENTATION, SHORT, 1)]
    circle = ifd.header("<", False, 8) + ifd.directory("<", False, fields, 8, following=8)
    with pytest.raises(ValueError, match="circles"):
        list(opened(circle).chain())
    assert len(ifd.pictures(opened(circle))) == 1
    with pytest.raises(ValueError, match="beyond"):
        list(opened(ifd.header("<", False, 1000)).chain())
    for data in (b"", b"II*\0", b"not a TIFF header", b"II\x2b\0\x08\0\0\0"):
        with pytest.raises(ValueError):
            opened(data)


def test_raws_are_told_from_tiffs_by_what_they_hold() -> None:
    def file(*fields: Field) -> io.BytesIO:
        return io.BytesIO(ifd.header("<", False, 8) + ifd.directory("<", False, fields, 8))

    assert not ifd.is_camera_raw(file(ifd.integers("<", ifd.PHOTOMETRIC, SHORT, 2)))
    assert ifd.is_camera_raw(file(ifd.integers("<", ifd.PHOTOMETRIC, SHORT, 32803)))
    assert ifd.is_camera_raw(file(ifd.integers("<", ifd.COMPRESSION, SHORT, 34713)))
    assert ifd.is_camera_raw(file(Field(0xC612, ifd.BYTE, 4, b"\1\4\0\0")))
    sub = ifd.directory("<", False, [ifd.integers("<", ifd.PHOTOMETRIC, SHORT, 34892)], 100)
    outer = file(ifd.integers("<", ifd.SUB_IFDS, LONG, 100)).getvalue()
    assert ifd.is_camera_raw(io.BytesIO(outer.ljust(100, b"\0") + sub))
    assert ifd.is_camera_raw(io.BytesIO(b"IIU\0" + outer[4:])) and ifd.is_camera_raw(io.BytesIO(b"IIRO" + outer[4:]))
    assert not ifd.is_camera_raw(io.BytesIO(b"II, a letter")) and not ifd.is_camera_raw(io.BytesIO(b""))


def test_the_corpus_is_sorted_right(camera_photos: Path) -> None:
    raws = {"DNG.dng", "Panasonic.rw2"}
    found = {path.name for path in camera_photos.rglob("*.*") if ifd.is_camera_raw(io.BytesIO(path.read_bytes()))}
    assert found == raws
