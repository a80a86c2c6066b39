from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.photo.formats import dng
from uegan_cli.photo import photoshop
from uegan_cli.photo.photo import Metadata, Pixels
from uegan_cli.photo.raw import containers as camera
from uegan_cli.photo.raw import format as raw
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import descriptions, exif, ifd
from uegan_cli.photo.tiff.descriptions import Branch, Description
from uegan_cli.photo.tiff.ifd import EXIF, GPS, INTEROP, MAKER_NOTE, UNDEFINED, Field, Tiff
from uegan_cli.photo.writing import write_photo

MAKE, XMP, IPTC, ISO, COLOUR_SPACE, COLOR_MATRIX = 0x010F, 0x02BC, 0x83BB, 0x8827, 0xA001, 0xC621
NOTE = b"Acme\0 says what it likes, in its own way"
PACKET = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmp:Rating="4"
 crs:Exposure2012="+1.50" crs:RawFileName="a.nef">
<crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve>
</rdf:Description></rdf:RDF></x:xmpmeta>"""

needs_exiftool = pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")


@pytest.fixture
def scene() -> Pixels:
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([x * 4, y * 5, x + y], axis=-1).astype(np.uint8)


def undefined(tag: int, data: bytes) -> Field:
    return Field(tag, UNDEFINED, len(data), data)


def photo_directory(*fields: Field) -> Branch:
    interop = Branch((Field(1, dng.ASCII, 4, b"R03\0"), undefined(2, b"0100")))
    own = (dng.number(ISO, 400), undefined(MAKER_NOTE, NOTE), dng.number(COLOUR_SPACE, 65535))
    return Branch((*own, *fields), {INTEROP: interop})


def described(data: bytes) -> Metadata:
    return camera.metadata(io.BytesIO(data))


def opened(block: bytes | None) -> Tiff:
    assert block is not None
    return Tiff(io.BytesIO(block))


def below(tiff: Tiff, *tags: int) -> ifd.Directory:
    directory = tiff.directory(tiff.first)
    for tag in tags:
        directory = tiff.subdirectories(directory.get(tag))[0]
    return directory


def told(path: Path) -> dict[str, object]:
    """What exiftool says of a file, by group and tag."""
    command = ["exiftool", "-json", "-G1", "-a", "-n", "-b", str(path)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return dict(found)


def test_a_raw_says_what_describes_the_photo_and_not_what_describes_the_sensor(scene: Pixels) -> None:
    metadata = described(dng.dng(scene, described={EXIF: photo_directory()}, note_at=3000))
    tiff = opened(metadata.exif)
    first = tiff.directory(tiff.first)
    assert tiff.value(first.entries[0]) == b"Acme\0" and first.get(COLOR_MATRIX) is None and not first.next
    assert tiff.integer(below(tiff, EXIF), ISO) == 400


def test_the_maker_note_is_where_it_was(scene: Pixels) -> None:
    data = dng.dng(scene, described={EXIF: photo_directory()}, note_at=3000)
    block = described(data).exif
    assert block is not None and block[3000 : 3000 + len(NOTE)] == data[3000 : 3000 + len(NOTE)] == NOTE


def test_the_developed_picture_is_said_to_be_srgb(scene: Pixels) -> None:
    metadata = raw.read(io.BytesIO(dng.dng(scene, described={EXIF: photo_directory()}))).metadata
    tiff = opened(metadata.exif)
    interop = below(tiff, EXIF, INTEROP).get(1)
    assert tiff.integer(below(tiff, EXIF), COLOUR_SPACE) == 1
    assert interop is not None and tiff.value(interop) == b"R98\0"


@pytest.mark.parametrize(
    "block", [None, descriptions.build(Description(">", Branch((Field(MAKE, 2, 5, b"Acme\0"),)))), b"junk"]
)
def test_an_orientation_that_exif_lacks_is_added(block: bytes | None) -> None:
    assert exif.read_orientation(camera.developed(block, 6)) == 6


def test_an_orientation_that_exif_has_is_changed_in_its_place() -> None:
    block = exif.build_orientation_block(3)
    changed = camera.developed(block, 6)
    assert exif.read_orientation(changed) == 6 and changed is not None and len(changed) == len(block)
    assert camera.developed(block, 3) == block


def test_settings_of_a_raw_developer_are_left_out_and_the_rest_of_xmp_is_kept(scene: Pixels) -> None:
    metadata = described(dng.dng(scene, first=[Field(XMP, dng.BYTE, len(PACKET), PACKET)]))
    assert metadata.xmp is not None
    assert b'xmp:Rating="4"' in metadata.xmp and b'crs:RawFileName="a.nef"' in metadata.xmp
    assert b"Exposure2012" not in metadata.xmp and b"ToneCurve" not in metadata.xmp


def test_iptc_goes_where_every_format_finds_it(scene: Pixels) -> None:
    record = b"\x1c\2\x05\0\5title"
    metadata = described(dng.dng(scene, first=[undefined(IPTC, record)]))
    assert metadata.photoshop is not None and photoshop.find_iptc(metadata.photoshop) == record


def adobe_private(order: bytes, offset: int, note: bytes) -> Field:
    data = b"Adobe\0" + struct.pack(">4sI2sI", b"MakN", 6 + len(note), order, offset) + note
    return Field(0xC634, dng.BYTE, len(data), data)


def test_a_maker_note_that_a_converter_put_away_comes_back_to_its_place(scene: Pixels) -> None:
    block = described(dng.dng(scene, first=[adobe_private(b"II", 700, NOTE)])).exif
    tiff = opened(block)
    entry = below(tiff, EXIF).get(MAKER_NOTE)
    assert entry is not None and entry.start == 700 and tiff.value(entry) == NOTE


def test_a_maker_note_of_the_other_byte_order_turns_all_numbers_around(scene: Pixels) -> None:
    plain = Branch((dng.number(ISO, 400), dng.fractions(0x829A, 5, 0.25)))
    data = dng.dng(scene, orientation=6, first=[adobe_private(b"MM", 700, NOTE)], described={EXIF: plain})
    tiff = opened(described(data).exif)
    assert tiff.order == ">" and exif.read_orientation(described(data).exif) == 6
    assert tiff.integer(below(tiff, EXIF), ISO) == 400
    assert tiff.rational(below(tiff, EXIF), 0x829A) == 0.25


def canon_note(base: int, heavy: int) -> tuple[bytes, bytes]:
    """A maker note as Canon writes it, its offsets counted from `base` bytes before it, and its last value."""
    last = b"a lens of good glass"
    start = base + 2 + 3 * 12 + 4
    rows = [(0x0001, 3, 1, 7), (0x4002, 7, heavy, start), (0x4008, 7, len(last), start + heavy)]
    return struct.pack("<H", 3) + b"".join(struct.pack("<HHII", *row) for row in rows) + bytes(4 + heavy) + last, last


def canon_dng(scene: Pixels, heavy: int) -> tuple[bytes, bytes]:
    note, last = canon_note(900, heavy)
    photo = Branch((undefined(MAKER_NOTE, note),))
    data = dng.dng(scene, described={EXIF: photo}, note_at=900).replace(b"Acme\0", b"Canon")
    return data, last


@pytest.mark.parametrize("heavy", [1000, 66000])
def test_a_note_of_canon_that_is_too_long_for_a_jpeg_loses_its_ballast_alone(scene: Pixels, heavy: int) -> None:
    data, last = canon_dng(scene, heavy)
    block = described(data).exif
    assert block is not None and len(block) <= descriptions.EXIF_LIMIT
    tiff = opened(block)
    note = tiff.directory(900)
    assert [entry.tag for entry in note.entries] == ([0x0001, 0x4002, 0x4008] if heavy == 1000 else [0x0001, 0x4008])
    assert tiff.integer(note, 0x0001) == 7 and tiff.value(note.entries[-1]) == last


def camera_jpeg(scene: Pixels, block: bytes) -> bytes:
    encoded, file = dng.jpeg(scene), io.BytesIO()
    Image.open(io.BytesIO(encoded)).save(file, "JPEG", exif=b"Exif\0\0" + block)
    return file.getvalue()


def test_fujifilm_says_it_in_a_jpeg_of_its_own(scene: Pixels) -> None:
    block = descriptions.build(Description(">", Branch((Field(MAKE, 2, 9, b"FUJIFILM\0"),), {EXIF: photo_directory()})))
    inner = camera_jpeg(scene, block)
    head = camera.RAF.ljust(84, b"\0") + struct.pack(">6I", 108, len(inner), 108 + len(inner), 0, 108 + len(inner), 0)
    assert described(head + inner).exif == block


def test_a_raf_that_is_cut_short_is_broken(scene: Pixels) -> None:
    head = camera.RAF.ljust(84, b"\0") + struct.pack(">6I", 108, 10, 118, 10, 128, 1000)
    with pytest.raises(ValueError, match="cut short"):
        camera.check_whole(io.BytesIO(head.ljust(1000, b"\0")))
    camera.check_whole(io.BytesIO(head.ljust(1128, b"\0")))


def test_minolta_says_it_in_a_block_of_its_own() -> None:
    block = descriptions.build(Description(">", Branch((Field(MAKE, 2, 8, b"Minolta\0"),))))
    blocks = struct.pack(">4sI", b"\0PRD", 4) + bytes(4) + struct.pack(">4sI", b"\0TTW", len(block)) + block
    assert described(camera.MRW + struct.pack(">I", len(blocks)) + blocks).exif == block


@pytest.mark.parametrize(
    "data",
    [b"", b"II", b"II*\0\xff\xff\xff\xff", camera.RAF, camera.MRW + bytes(20), b"\0\0\0\x18ftypcrx \0\0", b"FOVb" * 9],
)
def test_what_makes_no_sense_says_nothing(data: bytes) -> None:
    assert described(data) == Metadata("RAW")


def test_where_a_file_says_nothing_itself_libraw_speaks_for_it(scene: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "metadata", lambda _: Metadata("RAW"))
    block = raw.read(io.BytesIO(dng.dng(scene, orientation=8, preview=dng.jpeg(scene)))).metadata.exif
    tiff = opened(block)
    make = tiff.directory(tiff.first).get(MAKE)
    assert make is not None and tiff.value(make).startswith(b"Acme") and exif.read_orientation(block) == 8


@needs_exiftool
@pytest.mark.parametrize("name", ["DNG.dng", "CanonRaw.cr3", "Panasonic.rw2"])
def test_exiftool_finds_in_the_block_what_it_finds_in_a_raw(camera_photos: Path, tmp_path: Path, name: str) -> None:
    path = camera_photos / "formats" / name
    with path.open("rb") as file:
        metadata = camera.metadata(file)
    assert metadata.exif is not None
    block = tmp_path / "block.exif"
    block.write_bytes(metadata.exif)
    groups = ("ExifIFD:", "GPS:", "InteropIFD:", "Canon:", "CanonCustom:", "Panasonic:")
    before = {tag: value for tag, value in told(path).items() if tag.startswith(groups)}
    after = told(block)
    # The CR3 has these in boxes of its own; offsets and pictures are those of the file.
    apart = ("CompressorVersion", "Thumbnail", "Preview", "Offset")
    kept = {tag: value for tag, value in before.items() if not any(word in tag for word in apart)}
    assert len(kept) > 60
    assert {tag: after.get(tag) for tag in kept} == kept


@needs_exiftool
@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_exiftool_finds_in_the_photo_what_it_finds_in_the_raw(scene: Pixels, tmp_path: Path, format: str) -> None:
    equator = Branch((Field(0, dng.BYTE, 4, b"\2\3\0\0"), dng.text(1, "N"), dng.fractions(2, 5, 0.0, 30.0, 0.0)))
    described = {EXIF: photo_directory(), GPS: equator}
    path = tmp_path / "photo.dng"
    path.write_bytes(
        dng.dng(scene, orientation=6, described=described, first=[dng.text(0x8298, "A. Nyone")], note_at=3000)
    )
    written = write_photo(read_photo(path), tmp_path / "photo_new", format=format).path
    before, after = told(path), told(written)
    told_of_all = ("IFD0:Make", "IFD0:Model", "IFD0:Orientation", "IFD0:Copyright", "GPS:GPSLatitude")
    for tag in (*told_of_all, "ExifIFD:ISO", "InteropIFD:InteropVersion"):
        assert tag in before and after.get(tag) == before[tag], tag
    assert after["ExifIFD:ColorSpace"] == 1 and NOTE in written.read_bytes()
    assert not any("ColorMatrix" in tag or "DNG" in tag for tag in after)


def test_a_maker_note_that_no_jpeg_can_hold_goes_alone_and_with_a_word(scene: Pixels, tmp_path: Path) -> None:
    photo = Branch((dng.number(ISO, 400), undefined(MAKER_NOTE, bytes(70_000))))
    path = tmp_path / "photo.dng"
    path.write_bytes(dng.dng(scene, orientation=6, described={EXIF: photo}))
    result = write_photo(read_photo(path), tmp_path / "out.jpg")
    written = read_photo(result.path).metadata
    assert result.warnings == ("its maker note cannot be kept in a JPEG file",)
    assert opened(written.exif).integer(below(opened(written.exif), EXIF), ISO) == 400 and written.orientation == 6
    assert bytes(70_000) in write_photo(read_photo(path), tmp_path / "out.tif", format="TIFF").path.read_bytes()
