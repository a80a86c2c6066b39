"""With metadata "no-gps", no block tells a position, and nothing else in it changes."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from uegan_cli.photo.jpeg import header as jpeg_header
from uegan_cli.photo.photo import Segment
from uegan_cli.photo.privacy import remove_from_exif, remove_from_xmp
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import exif, exif_builder
from uegan_cli.photo.tiff.exif_builder import DirectoryTree, ExifContent
from uegan_cli.photo.tiff.ifd_reader import Tiff
from uegan_cli.photo.tiff.ifd_writer import Field, integer_field
from uegan_cli.photo.tiff.tag_numbers import Tag
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp import extension as xmp_extension

MakePhoto = Callable[..., Path]
PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:p="%b"%b><p:Stays>1</p:Stays>%b</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def packet(namespace: str, attributes: bytes = b"", elements: bytes = b"") -> bytes:
    return PACKET % (namespace.encode(), attributes, elements)


def located(order: str = "<", gps: bool = True) -> bytes:
    """An Exif block whose GPS directory lies between the camera and a directory with a maker note."""
    place = DirectoryTree((Field(1, 2, 2, b"N\0"), Field(2, 5, 3, b"LATITUDE" * 3), Field(29, 2, 11, b"2026:11:22\0")))
    note = Field(Tag.MAKER_NOTE, 7, 20, b"maker note, as it is")
    camera = DirectoryTree((note,), {Tag.INTEROP_IFD: DirectoryTree((Field(1, 2, 4, b"R98\0"),))})
    below = {Tag.EXIF_IFD: camera} | ({Tag.GPS_IFD: place} if gps else {})
    first = (Field(0x010F, 2, 6, b"Maker\0"), integer_field(order, 0x0112, 3, 6))
    return exif_builder.build(ExifContent(order, DirectoryTree(first, below)))


def tags(block: bytes) -> dict[int, bytes]:
    tiff = Tiff(io.BytesIO(block))
    first = tiff.directory(tiff.first)
    lower = [d for tag in (Tag.EXIF_IFD, Tag.GPS_IFD) if (e := first.get(tag)) for d in tiff.subdirectories(e)]
    return {entry.tag: tiff.value(entry) for directory in (first, *lower) for entry in directory.entries}


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_gps_directory_is_zeroed_and_nothing_else_moves(order: str) -> None:
    block = located(order)
    without = remove_from_exif(block)
    assert without is not None and len(without) == len(block)
    assert b"LATITUDE" in block and b"LATITUDE" not in without and b"2026:11:22" not in without
    assert without.index(b"maker note, as it is") == block.index(b"maker note, as it is")
    kept = {tag: value for tag, value in tags(block).items() if tag not in (Tag.GPS_IFD, 2, 29) and value != b"N\0"}
    assert tags(without) == kept and exif.read_orientation(without) == 6


def test_a_block_without_a_position_stays_as_it_is() -> None:
    without = remove_from_exif(located())
    assert without is not None and remove_from_exif(without) == without
    assert remove_from_exif(located(gps=False)) == located(gps=False)


def test_the_thumbnail_is_still_found_when_the_position_is_removed() -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(file, "JPEG")
    picture = file.getvalue()
    block = b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHII", 2, 0x0112, 3, 1, 6)
    block += struct.pack("<HHII", Tag.GPS_IFD, 4, 1, 300)
    block += struct.pack("<I", 60) + bytes(60 - len(block) - 4)
    block += struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 90, 0x0202, 4, 1, len(picture), 0) + picture
    without = remove_from_exif(block)
    assert without is not None and exif.find_thumbnail(without) == exif.find_thumbnail(block) is not None
    assert [n for n, (a, b) in enumerate(zip(block, without, strict=True)) if a != b][0] == 8


def test_a_position_that_overlaps_other_values_leaves_them_whole() -> None:
    block = bytearray(located())
    tiff = Tiff(io.BytesIO(block))
    first = tiff.directory(tiff.first)
    row = next(n for n, e in enumerate(first.entries) if e.tag == Tag.GPS_IFD)
    at = first.start + 2 + 12 * row + 8
    block[at : at + 4] = struct.pack("<I", tiff.integer(first, Tag.EXIF_IFD))
    without = remove_from_exif(bytes(block))
    assert without is not None and b"maker note, as it is" in without and b"Maker" in without
    assert tags(without)[Tag.MAKER_NOTE] == b"maker note, as it is"


@pytest.mark.parametrize("block", [b"", b"II*\0", b"no Exif block", located()[:15]])
def test_a_block_that_cannot_be_parsed_is_dropped(block: bytes) -> None:
    assert remove_from_exif(block) is None


def test_exif_of_the_corpus_loses_its_position_alone(camera_files: list[Path]) -> None:
    seen = 0
    for path in camera_files:
        block = read_photo(path).metadata.exif
        if block is None or (without := remove_from_exif(block)) is None or without == block:
            continue
        seen += 1
        assert len(without) == len(block), path
        for read in (exif.find_thumbnail, exif.read_orientation, exif.read_density):
            assert read(without) == read(block), path
    assert seen > 9


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        ("http://ns.adobe.com/exif/1.0/", b"GPSLatitude"),
        ("http://ns.adobe.com/exif/1.0/", b"GPSVersionID"),
        ("http://www.dji.com/drone-dji/1.0/", b"GpsLongtitude"),
        ("http://www.dji.com/drone-dji/1.0/", b"AbsoluteAltitude"),
        ("http://pix4d.com/camera/1.0", b"GPSXYAccuracy"),
        ("http://rs.tdwg.org/dwc/index.htm", b"decimalLatitude"),
    ],
)
def test_positions_in_xmp_are_cut_out_at_every_level(namespace: str, name: bytes) -> None:
    plain = packet(namespace)
    assert remove_from_xmp(packet(namespace, b' p:%b="1"' % name)) == plain
    inside = b'<p:Place rdf:parseType="Resource">%b<p:City>x</p:City></p:Place>'
    element = b"<p:%b>1</p:%b>" % (name, name)
    assert remove_from_xmp(packet(namespace, b"", inside % element)) == packet(namespace, b"", inside % b"")


def test_the_whole_geo_namespace_is_cut_out() -> None:
    geo = "http://www.w3.org/2003/01/geo/wgs84_pos#"
    without = packet(geo).replace(b"<p:Stays>1</p:Stays>", b"")
    assert remove_from_xmp(packet(geo, b' p:lat="1" p:long="2"')) == without


def test_a_packet_that_cannot_be_parsed_is_dropped() -> None:
    assert remove_from_xmp(b"<broken exif:GPSLatitude") is None


def test_segments_that_may_hold_a_position_are_left_out_with_a_warning(make_photo: MakePhoto, tmp_path: Path) -> None:
    kept = (Segment("APP1", b"FLIR\0thermal"), Segment("APP6", b"NITF\0"), Segment("COM", b"hello"))
    gone = (
        Segment("APP1", jpeg_header.EXIF + b"II*\0"),
        Segment("APP1", jpeg_header.XMP + b"second"),
        Segment("APP1", xmp_extension.split_into_segments(b"stray", 1000)[0]),
        Segment("APP6", b"GoPro\0GPS5"),
    )
    photo = read_photo(make_photo("in.jpg"))
    block, xmp = exif.build_orientation_block(1), packet("http://purl.org/dc/elements/1.1/")
    metadata = replace(photo.metadata, exif=block, xmp=xmp, segments=(*kept, *gone))
    result = write_photo(replace(photo, metadata=metadata), tmp_path / "out.jpg", metadata="no-gps")
    assert read_photo(tmp_path / "out.jpg").metadata.segments == kept
    assert [w for w in result.warnings if "Exif or XMP" in w]
    write_photo(replace(photo, metadata=metadata), tmp_path / "out.jpg")
    assert read_photo(tmp_path / "out.jpg").metadata.segments == (*kept, *gone)


def test_blocks_that_cannot_be_parsed_are_left_out_with_a_warning(make_photo: MakePhoto, tmp_path: Path) -> None:
    photo = read_photo(make_photo("in.png"))
    odd = replace(photo.metadata, exif=b"no Exif", xmp=b"exif:GPSLatitude")
    result = write_photo(replace(photo, metadata=odd), tmp_path / "out.png", metadata="no-gps")
    assert sum("could not be searched for positions" in warning for warning in result.warnings) == 2
    written = (tmp_path / "out.png").read_bytes()
    assert b"GPS" not in written and b"no Exif" not in written
