"""What raws of every container say of the photo comes along; what describes the sensor or its development does not."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from uegan_cli.photo import photoshop
from uegan_cli.photo.photo import Metadata, Pixels
from uegan_cli.photo.raw import format as raw
from uegan_cli.photo.raw import metadata as raw_metadata
from uegan_cli.photo.raw.containers import MRW_SIGNATURE, RAF_SIGNATURE
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import exif, exif_builder
from uegan_cli.photo.tiff.exif_builder import DirectoryTree, ExifContent
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_writer import Field
from uegan_cli.photo.tiff.tag_numbers import Tag
from uegan_cli.photo.writing import write_photo

from . import dng

GPS_VERSION, GPS_LATITUDE_REF, GPS_LATITUDE = 0, 1, 2
PACKET = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmp:Rating="4"
 crs:Exposure2012="+1.50" crs:RawFileName="a.nef">
<crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve>
</rdf:Description></rdf:RDF></x:xmpmeta>"""

needs_exiftool = pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")


def read(data: bytes) -> Metadata:
    return raw_metadata.read_metadata(io.BytesIO(data))


def exiftool_tags(path: Path) -> dict[str, object]:
    """Values that exiftool finds in a file, by group and tag."""
    command = ["exiftool", "-json", "-G1", "-a", "-n", "-b", str(path)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return dict(found)


def test_exif_describes_the_photo_and_not_the_sensor(picture: Pixels) -> None:
    metadata = read(dng.dng(picture, described={Tag.EXIF_IFD: dng.exif_directory()}, note_start=3000))
    tiff = dng.open_block(metadata.exif)
    first = tiff.directory(tiff.first)
    assert tiff.value(first.entries[0]) == b"Acme\0" and not first.next
    assert first.get(dng.DngTag.COLOR_MATRIX) is None
    assert tiff.integer(dng.subdirectory(tiff, Tag.EXIF_IFD), Tag.ISO) == 400


def test_settings_of_a_raw_developer_are_left_out_and_the_rest_of_xmp_is_kept(picture: Pixels) -> None:
    metadata = read(dng.dng(picture, first=[Field(Tag.XMP, FieldType.BYTE, len(PACKET), PACKET)]))
    assert metadata.xmp is not None
    assert b'xmp:Rating="4"' in metadata.xmp and b'crs:RawFileName="a.nef"' in metadata.xmp
    assert b"Exposure2012" not in metadata.xmp and b"ToneCurve" not in metadata.xmp


def test_iptc_goes_into_photoshop_resources(picture: Pixels) -> None:
    record = b"\x1c\2\x05\0\5title"
    metadata = read(dng.dng(picture, first=[dng.undefined(Tag.IPTC, record)]))
    assert metadata.photoshop is not None and photoshop.find_iptc(metadata.photoshop) == record


def camera_jpeg(picture: Pixels, block: bytes) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", exif=b"Exif\0\0" + block)
    return file.getvalue()


def test_the_exif_of_a_raf_is_that_of_its_jpeg(picture: Pixels) -> None:
    make = dng.text(Tag.MAKE, "FUJIFILM")
    block = exif_builder.build(ExifContent(">", DirectoryTree((make,), {Tag.EXIF_IFD: dng.exif_directory()})))
    inner = camera_jpeg(picture, block)
    end = 108 + len(inner)
    head = RAF_SIGNATURE.ljust(84, b"\0") + struct.pack(">6I", 108, len(inner), end, 0, end, 0)
    assert read(head + inner).exif == block


def test_the_exif_of_an_mrw_is_in_its_ttw_block() -> None:
    block = exif_builder.build(ExifContent(">", DirectoryTree((dng.text(Tag.MAKE, "Minolta"),))))
    blocks = struct.pack(">4sI", b"\0PRD", 4) + bytes(4) + struct.pack(">4sI", b"\0TTW", len(block)) + block
    assert read(MRW_SIGNATURE + struct.pack(">I", len(blocks)) + blocks).exif == block


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II",
        b"II*\0\xff\xff\xff\xff",
        RAF_SIGNATURE,
        MRW_SIGNATURE + bytes(20),
        b"\0\0\0\x18ftypcrx \0\0",
        b"FOVb" * 9,
    ],
)
def test_a_broken_file_has_no_metadata(data: bytes) -> None:
    assert read(data) == Metadata("RAW")


def test_without_exif_in_the_file_libraw_makes_some(picture: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_metadata, "read_metadata", lambda _: Metadata("RAW"))
    block = raw.read(io.BytesIO(dng.dng(picture, orientation=8, preview=dng.jpeg(picture)))).metadata.exif
    tiff = dng.open_block(block)
    make = tiff.directory(tiff.first).get(Tag.MAKE)
    assert make is not None and tiff.value(make).startswith(b"Acme") and exif.read_orientation(block) == 8


@needs_exiftool
@pytest.mark.parametrize("name", ["DNG.dng", "CanonRaw.cr3", "Panasonic.rw2"])
def test_exiftool_finds_in_the_block_what_it_finds_in_a_raw(camera_photos: Path, tmp_path: Path, name: str) -> None:
    path = camera_photos / "formats" / name
    with path.open("rb") as file:
        metadata = raw_metadata.read_metadata(file)
    assert metadata.exif is not None
    block = tmp_path / "block.exif"
    block.write_bytes(metadata.exif)
    groups = ("ExifIFD:", "GPS:", "InteropIFD:", "Canon:", "CanonCustom:", "Panasonic:")
    before = {tag: value for tag, value in exiftool_tags(path).items() if tag.startswith(groups)}
    after = exiftool_tags(block)
    # The CR3 has these in boxes of its own; offsets and pictures are those of the file.
    apart = ("CompressorVersion", "Thumbnail", "Preview", "Offset")
    kept = {tag: value for tag, value in before.items() if not any(word in tag for word in apart)}
    assert len(kept) > 60
    assert {tag: after.get(tag) for tag in kept} == kept


@needs_exiftool
@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_exiftool_finds_in_the_photo_what_it_finds_in_the_raw(picture: Pixels, tmp_path: Path, format: str) -> None:
    equator = DirectoryTree(
        (
            Field(GPS_VERSION, FieldType.BYTE, 4, b"\2\3\0\0"),
            dng.text(GPS_LATITUDE_REF, "N"),
            dng.fractions(GPS_LATITUDE, FieldType.RATIONAL, 0.0, 30.0, 0.0),
        )
    )
    described = {Tag.EXIF_IFD: dng.exif_directory(), Tag.GPS_IFD: equator}
    copyright = dng.text(Tag.COPYRIGHT, "A. Nyone")
    path = tmp_path / "photo.dng"
    path.write_bytes(dng.dng(picture, orientation=6, described=described, first=[copyright], note_start=3000))
    written = write_photo(read_photo(path), tmp_path / "photo_new", format=format).path
    before, after = exiftool_tags(path), exiftool_tags(written)
    kept = ("IFD0:Make", "IFD0:Model", "IFD0:Orientation", "IFD0:Copyright", "GPS:GPSLatitude")
    for tag in (*kept, "ExifIFD:ISO", "InteropIFD:InteropVersion"):
        assert tag in before and after.get(tag) == before[tag], tag
    assert after["ExifIFD:ColorSpace"] == 1 and dng.MAKER_NOTE in written.read_bytes()
    assert not any("ColorMatrix" in tag or "DNG" in tag for tag in after)
