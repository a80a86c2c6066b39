from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.errors import PhotoError
from uegan_cli.photo import exif
from uegan_cli.photo.formats import jpeg
from uegan_cli.photo.metadata import read_mark
from uegan_cli.photo.photo import Segment
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp import Mark

MakePhoto = Callable[..., Path]
MARK = Mark("natural", "0123abcd", 0.75)

CHANGES = (
    "SourceFile",
    "ExifTool:",
    "System:",
    "Composite:",
    "IFD1:",
    "MPF0:",
    "MPImage",
    "PNG:Interlace",
    "PNG:Palette",
    "PNG:Transparency",
    "PNG:BackgroundColor",
    "PNG:SignificantBits",
    "PNG:BitDepth",
    "PNG:ColorType",
    "File:FileType",
    "File:MIMEType",
    "File:YCbCrSubSampling",
)
"""What may differ: the file itself, the thumbnail, MPF, and how palettes, interlacing and 4:4:0 have to be stored."""


def exiftool(paths: list[Path]) -> list[dict[str, object]]:
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    command = ["exiftool", "-json", "-G1", "-a", "-u", "-b", "-n", "-q", *map(str, paths)]
    tags: list[dict[str, object]] = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    return [{name: value for name, value in one.items() if not name.startswith(CHANGES)} for one in tags]


def test_exiftool_finds_no_tag_lost_or_changed(camera_files: list[Path], tmp_path: Path) -> None:
    written = []
    for number, path in enumerate(camera_files):
        photo = read_photo(path)
        written.append(tmp_path / f"{number}.{photo.format.lower()}")
        write_photo(photo, written[-1], mark=MARK)
    for path, before, after in zip(camera_files, exiftool(camera_files), exiftool(written), strict=True):
        new = {name for name in after if name not in before}
        assert {name: after.get(name) for name in before} == before, path
        assert all("uegan" in name.lower() or name == "XMP-rdf:About" for name in new), (path, new)
        assert {after[name] for name in new if name.endswith("StyleHash")} == {"0123abcd"}, path


def test_exif_is_identical_but_for_the_thumbnail(camera_files: list[Path], tmp_path: Path) -> None:
    blocks = 0
    for path in camera_files:
        photo = read_photo(path)
        before = photo.metadata.exif
        if before is None:
            continue
        blocks += 1
        write_photo(replace(photo, pixels=255 - photo.pixels), tmp_path / "out", mark=MARK)
        after = read_photo(tmp_path / "out").metadata.exif
        assert after is not None and len(after) == len(before)
        changed = np.flatnonzero(np.frombuffer(before, np.uint8) != np.frombuffer(after, np.uint8))
        place = exif.thumbnail(after)
        if place is None:
            assert after == exif.without_thumbnail(before), path
        else:
            assert place[0] <= changed.min() and changed.max() < exif.thumbnail(before)[1], path
    assert blocks > 50


def test_the_thumbnail_shows_the_new_picture(camera_photos: Path, tmp_path: Path) -> None:
    for name in ("camera/canon-ixus.jpg", "gps/DSCN0010.jpg", "icc/rgb.jpg"):
        photo = read_photo(camera_photos / name)
        pixels = np.empty_like(photo.pixels)
        pixels[:] = (200, 60, 30)
        write_photo(replace(photo, pixels=pixels), tmp_path / "out.jpg")
        block = read_photo(tmp_path / "out.jpg").metadata.exif
        place = exif.thumbnail(block)
        with Image.open(io.BytesIO(block[slice(*place)])) as image:
            assert max(image.size) >= 100
            assert np.abs(np.asarray(image).astype(int) - (200, 60, 30)).max() <= 4, name


def test_a_thumbnail_without_room_is_unlinked(camera_photos: Path, tmp_path: Path) -> None:
    photo = read_photo(camera_photos / "gps" / "DSCN0010.jpg")
    place = exif.thumbnail(photo.metadata.exif)
    block = exif.with_thumbnail(photo.metadata.exif, place, b"\xff\xd8\xff\xd9")
    write_photo(replace(photo, metadata=replace(photo.metadata, exif=block)), tmp_path / "out.jpg")
    after = read_photo(tmp_path / "out.jpg").metadata.exif
    assert after == exif.without_thumbnail(block) != block


@pytest.mark.parametrize(("there", "back"), [("JPEG", "PNG"), ("PNG", "JPEG")])
def test_conversion_carries_exif_xmp_profile_density_and_mark(
    camera_photos: Path, tmp_path: Path, there: str, back: str
) -> None:
    before = read_photo(camera_photos / "icc" / "Morning_Mist_AdobeRGB.jpg")
    for format in (there, back):
        write_photo(before, tmp_path / "out", format=format, mark=MARK)
        after = read_photo(tmp_path / "out")
        assert after.format == format and after.profile == before.profile
        assert after.metadata.exif is not None and after.metadata.xmp is not None
        assert after.metadata.density == pytest.approx(before.metadata.density, abs=20)
        assert read_mark(tmp_path / "out") == MARK
        assert after.metadata.exif[:400] == before.metadata.exif[:400]
        before = after


def test_what_a_format_cannot_hold_is_told(make_photo: MakePhoto, tmp_path: Path) -> None:
    path = make_photo("in.jpg", comment=b"hello")
    result = write_photo(read_photo(path), tmp_path / "out.png", format="PNG")
    assert any("comment" in warning and "PNG" in warning for warning in result.warnings)
    photo = read_photo(make_photo("in.png"))
    large = replace(photo, metadata=replace(photo.metadata, exif=b"II*\0" + bytes(70_000), xmp=b"<x>" * 30_000))
    result = write_photo(large, tmp_path / "out.jpg", format="JPEG")
    assert any("XMP and Exif" in warning for warning in result.warnings)
    assert read_photo(tmp_path / "out.jpg").metadata.exif is None


def test_a_packet_that_takes_no_mark_is_kept_beside_one_that_does(make_photo: MakePhoto, tmp_path: Path) -> None:
    odd = b"\xff\xfe<\0x\0/\0>\0"
    full = b"<x:xmpmeta>" + b"x" * (jpeg.LONGEST - len(jpeg.XMP) - 35) + b"</rdf:RDF></x:xmpmeta>"
    for path in (make_photo("in.jpg"), make_photo("in.png")):
        photo = read_photo(path)
        for packet in (odd, full):
            write_photo(replace(photo, metadata=replace(photo.metadata, xmp=packet)), path, mark=MARK)
            assert read_mark(path) == MARK
            found = read_photo(path).metadata.xmp
            assert found == packet or (photo.format == "PNG" and packet == full)


def test_extended_xmp_is_carried(camera_photos: Path, tmp_path: Path) -> None:
    before = read_photo(camera_photos / "xmp_iptc" / "paris_extended_xmp.jpg")
    extended = [s for s in before.metadata.segments if s.data.startswith(b"http://ns.adobe.com/xmp/extension/\0")]
    write_photo(before, tmp_path / "out.jpg", mark=MARK)
    after = read_photo(tmp_path / "out.jpg").metadata.segments
    assert len(extended) >= 1 and [s for s in after if s in extended] == extended


def test_without_a_mark_xmp_is_carried_as_it_is(camera_files: list[Path], tmp_path: Path) -> None:
    for path in camera_files:
        photo = read_photo(path)
        if photo.metadata.xmp and photo.pixels.size < 2_000_000:
            write_photo(photo, tmp_path / "out")
            assert read_photo(tmp_path / "out").metadata.xmp == photo.metadata.xmp, path


def test_marks_are_read_without_decoding(make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [make_photo("in.jpg"), make_photo("in.png")]
    for path in paths:
        assert read_mark(path) is None
        write_photo(read_photo(path), path, mark=MARK)
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("the picture was opened"))
    for path in paths:
        assert read_mark(path) == MARK
        whole = path.read_bytes()
        path.write_bytes(whole[:-40])
        assert read_mark(path) == MARK


def test_no_mark_in_what_is_no_photo_and_an_error_for_what_cannot_be_opened(
    camera_photos: Path, tmp_path: Path
) -> None:
    for path in camera_photos.rglob("*.*"):
        assert read_mark(path) is None
    for path in (tmp_path / "missing.jpg", tmp_path):
        with pytest.raises(PhotoError, match=path.name):
            read_mark(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_no_mark_is_waited_for_in_a_named_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PhotoError, match="pipe.jpg"):
        read_mark(tmp_path / "pipe.jpg")


def test_a_motion_photo_stays_as_a_still_picture(make_photo: MakePhoto, tmp_path: Path) -> None:
    packet = b'<x><rdf:RDF><rdf:Description GCamera:MotionPhoto="1"/></rdf:RDF></x>'
    path = make_photo("in.jpg")
    encoded = path.read_bytes()
    with path.open("wb") as file:
        jpeg.splice(file, memoryview(encoded), [Segment("APP1", jpeg.XMP + packet)])
        file.write(b"a video")
    result = write_photo(read_photo(path), path)
    assert any("motion video" in warning for warning in result.warnings)
    assert b'GCamera:MotionPhoto="0"' in path.read_bytes() and not path.read_bytes().endswith(b"a video")
