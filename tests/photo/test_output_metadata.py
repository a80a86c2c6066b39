"""An enhanced photo has the metadata of its input, but for what the edit makes untrue."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo import photoshop, privacy
from uegan_cli.photo.jpeg import header as jpeg_header
from uegan_cli.photo.jpeg import segments as jpeg_segments
from uegan_cli.photo.photo import Metadata, Segment
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import exif
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp import claims as xmp_claims
from uegan_cli.photo.xmp import extension as xmp_extension
from uegan_cli.photo.xmp import mark as xmp_mark
from uegan_cli.photo.xmp import rdf
from uegan_cli.photo.xmp.mark import Mark

MakePhoto = Callable[..., Path]
MARK = Mark("natural", "0123abcd", 0.75)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">%b</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def test_the_thumbnail_shows_the_new_picture(camera_photos: Path, tmp_path: Path) -> None:
    for name in ("camera/canon-ixus.jpg", "gps/DSCN0010.jpg", "icc/rgb.jpg"):
        photo = read_photo(camera_photos / name)
        pixels = np.empty_like(photo.pixels)
        pixels[:] = (200, 60, 30)
        write_photo(replace(photo, pixels=pixels), tmp_path / "out.jpg")
        block = read_photo(tmp_path / "out.jpg").metadata.exif
        place = exif.find_thumbnail(block)
        with Image.open(io.BytesIO(block[slice(*place)])) as image:
            assert max(image.size) >= 100
            assert np.abs(np.asarray(image).astype(int) - (200, 60, 30)).max() <= 4, name


def test_a_thumbnail_that_does_not_fit_is_unlinked(camera_photos: Path, tmp_path: Path) -> None:
    photo = read_photo(camera_photos / "gps" / "DSCN0010.jpg")
    place = exif.find_thumbnail(photo.metadata.exif)
    block = exif.replace_thumbnail(photo.metadata.exif, place, b"\xff\xd8\xff\xd9")
    write_photo(replace(photo, metadata=replace(photo.metadata, exif=block)), tmp_path / "out.jpg")
    after = read_photo(tmp_path / "out.jpg").metadata.exif
    assert after == exif.unlink_thumbnail(block) != block


def test_a_thumbnail_with_an_enormous_stated_size_is_replaced_like_any_other(
    camera_photos: Path, tmp_path: Path
) -> None:
    photo = read_photo(camera_photos / "gps" / "DSCN0010.jpg")
    start, end = exif.find_thumbnail(photo.metadata.exif)
    old = photo.metadata.exif[start:end]
    size = old.index(b"\xff\xc0") + 5
    bomb = photo.metadata.exif[: start + size] + b"\xff\xff" * 2 + photo.metadata.exif[start + size + 4 :]
    write_photo(replace(photo, metadata=replace(photo.metadata, exif=bomb)), tmp_path / "out.jpg")
    after = read_photo(tmp_path / "out.jpg").metadata.exif
    with Image.open(io.BytesIO(after[slice(*exif.find_thumbnail(after))])) as image:
        assert max(image.size) == 160


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


def test_a_warning_names_what_the_format_cannot_hold(make_photo: MakePhoto, tmp_path: Path) -> None:
    path = make_photo("in.jpg", comment=b"hello")
    result = write_photo(read_photo(path), tmp_path / "out.png", format="PNG")
    assert any("comment" in warning and "PNG" in warning for warning in result.warnings)
    photo = read_photo(make_photo("in.png"))
    large = replace(photo, metadata=replace(photo.metadata, exif=b"II*\0" + bytes(70_000), xmp=b"<x>" * 30_000))
    result = write_photo(large, tmp_path / "out.jpg", format="JPEG")
    assert any("Exif and XMP" in warning for warning in result.warnings)
    assert read_photo(tmp_path / "out.jpg").metadata.exif is None


def test_iptc_survives_tiff_and_its_loss_in_other_formats_is_warned_of(camera_photos: Path, tmp_path: Path) -> None:
    before = read_photo(camera_photos / "xmp_iptc" / "BlueSquare.jpg")
    write_photo(before, tmp_path / "out.tif", format="TIFF")
    write_photo(read_photo(tmp_path / "out.tif"), tmp_path / "out.jpg", format="JPEG")
    block = read_photo(tmp_path / "out.jpg").metadata.photoshop
    assert block == photoshop.remove_thumbnails(before.metadata.photoshop) != before.metadata.photoshop
    result = write_photo(before, tmp_path / "out.png", format="PNG")
    assert any("IPTC" in warning for warning in result.warnings)


def test_a_packet_that_takes_no_mark_is_kept_beside_a_second_one_with_it(make_photo: MakePhoto, tmp_path: Path) -> None:
    odd = b"\xff\xfe<\0x\0/\0>\0"
    full = b"<x:xmpmeta>" + b"x" * (jpeg_segments.MAX_PAYLOAD - len(jpeg_header.XMP) - 35) + b"</rdf:RDF></x:xmpmeta>"
    for path in (make_photo("in.jpg"), make_photo("in.png")):
        photo = read_photo(path)
        for packet in (odd, full):
            write_photo(replace(photo, metadata=replace(photo.metadata, xmp=packet)), path, mark=MARK)
            assert read_mark(path) == MARK
            found = read_photo(path).metadata.xmp
            assert found == packet or (photo.format == "PNG" and packet == full)


def test_extended_xmp_is_carried_byte_for_byte(camera_photos: Path, tmp_path: Path) -> None:
    before = read_photo(camera_photos / "xmp_iptc" / "paris_extended_xmp.jpg")
    extended = [s for s in before.metadata.segments if s.data.startswith(xmp_extension.HEADER)]
    write_photo(before, tmp_path / "out.jpg", mark=MARK)
    after = read_photo(tmp_path / "out.jpg").metadata
    assert len(extended) == 3 and [s for s in after.segments if s in extended] == extended
    assert after.extension == before.metadata.extension and read_mark(tmp_path / "out.jpg") == MARK


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_extended_xmp_goes_to_other_formats_and_back(camera_photos: Path, tmp_path: Path, format: str) -> None:
    before = read_photo(camera_photos / "xmp_iptc" / "paris_extended_xmp.jpg")
    result = write_photo(before, tmp_path / "there", format=format, mark=MARK)
    assert not result.warnings
    there = read_photo(tmp_path / "there")
    assert there.metadata.extension is None and len(there.metadata.xmp) > 130_000
    write_photo(there, tmp_path / "back", format="JPEG", mark=MARK)
    back = read_photo(tmp_path / "back").metadata
    assert back.extension is not None and read_mark(tmp_path / "back") == MARK
    assert said(before.metadata) == said(there.metadata) == said(back)


def said(metadata: Metadata) -> list[tuple[str, str, bytes]]:
    """Return the properties in XMP but for the mark and the name of the extension."""
    packets = [packet for packet in (metadata.xmp, metadata.extension) if packet]
    found = [(p.namespace, p.name, packet[slice(*p.value)]) for packet in packets for p in rdf.properties(packet)]
    return sorted(p for p in found if p[0] not in (xmp_mark.NAMESPACE, "http://ns.adobe.com/xmp/note/"))


def test_a_packet_too_long_with_the_mark_is_split_into_an_extension(make_photo: MakePhoto, tmp_path: Path) -> None:
    packet = XMP % (b"<dc:title>" + b"t" * 65_200 + b"</dc:title><dc:format>f</dc:format>")
    photo = read_photo(make_photo("in.jpg"))
    photo = replace(photo, metadata=replace(photo.metadata, xmp=packet))
    assert len(packet) < jpeg_segments.MAX_PAYLOAD - len(jpeg_header.XMP)
    assert not write_photo(photo, tmp_path / "out.jpg", mark=MARK).warnings
    after = read_photo(tmp_path / "out.jpg").metadata
    assert read_mark(tmp_path / "out.jpg") == MARK
    assert b"<dc:format>f<" in after.xmp and b"tttt" in after.extension and said(after) == said(photo.metadata)


def test_without_a_mark_xmp_is_carried_as_it_is(camera_files: list[Path], tmp_path: Path) -> None:
    for path in camera_files:
        photo = read_photo(path)
        if photo.metadata.xmp and photo.pixels.size < 2_000_000:
            write_photo(photo, tmp_path / "out")
            true, _ = xmp_claims.remove_untrue(photo.metadata.xmp)
            assert read_photo(tmp_path / "out").metadata.xmp == true, path
            assert true == photo.metadata.xmp or path.parent.name == "mpf_gainmap"


def with_packet(path: Path, packet: bytes) -> None:
    encoded = path.read_bytes()
    with path.open("wb") as file:
        jpeg_segments.splice(file, memoryview(encoded), [Segment("APP1", jpeg_header.XMP + packet)])


def test_a_motion_photo_becomes_a_still_one(make_photo: MakePhoto, tmp_path: Path) -> None:
    path = make_photo("in.jpg")
    camera = b'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1" GCamera:Other="1"'
    with_packet(path, XMP.replace(b"xmlns:dc", camera + b" xmlns:dc") % b"")
    with path.open("ab") as file:
        file.write(b"a video")
    result = write_photo(read_photo(path), path)
    assert sum("motion video" in warning for warning in result.warnings) == 1
    written = path.read_bytes()
    assert b"MotionPhoto" not in written and b'GCamera:Other="1"' in written and not written.endswith(b"a video")


def test_pictures_in_xmp_are_removed_with_a_warning_and_an_empty_extension_with_them(
    make_photo: MakePhoto, tmp_path: Path
) -> None:
    photo = read_photo(make_photo("in.jpg"))
    google = b'<GImage:Data xmlns:GImage="http://ns.google.com/photos/1.0/image/">%b</GImage:Data>' % (b"i" * 70_000)
    main, extension = xmp_extension.split(XMP % google, 60_000)
    photo = replace(photo, metadata=replace(photo.metadata, xmp=main, extension=extension))
    result = write_photo(photo, tmp_path / "out.jpg", mark=MARK)
    after = read_photo(tmp_path / "out.jpg").metadata
    assert [w for w in result.warnings if "GImage" in w and "unedited" in w]
    assert after.extension is None and b"HasExtendedXMP" not in after.xmp
    assert b"iiii" not in (tmp_path / "out.jpg").read_bytes()


def test_unwanted_metadata_is_not_written(camera_photos: Path, tmp_path: Path) -> None:
    photo = read_photo(camera_photos / "gps" / "DSCN0010.jpg")
    write_photo(photo, tmp_path / "out.jpg", metadata="no-gps")
    after = read_photo(tmp_path / "out.jpg").metadata
    assert len(after.exif) == len(photo.metadata.exif) and privacy.remove_from_exif(after.exif) == after.exif
    write_photo(photo, tmp_path / "out.jpg", metadata="none", mark=MARK)
    after = read_photo(tmp_path / "out.jpg").metadata
    assert after.exif is None and read_mark(tmp_path / "out.jpg") == MARK
    assert [s.name for s in after.segments] == ["APP0"]


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_without_metadata_the_picture_is_stored_upright(
    make_photo: MakePhoto, tmp_path: Path, turn: int, format: str
) -> None:
    tags = Image.Exif()
    tags[0x0112] = turn
    photo = read_photo(make_photo("in.png", exif=tags))
    write_photo(photo, tmp_path / "out", format=format, metadata="none", quality=100)
    with Image.open(tmp_path / "out") as image:
        assert np.abs(np.asarray(image).astype(int) - photo.pixels).max() <= 4


def test_the_picture_is_stored_in_the_orientation_that_the_metadata_state(
    make_photo: MakePhoto, tmp_path: Path
) -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    photo = read_photo(make_photo("in.png", exif=tags))
    block = photo.metadata.exif
    for given, expected in ((block, block), (None, None), (block + bytes(70_000), exif.build_orientation_block(6))):
        metadata = replace(photo.metadata, exif=given)
        write_photo(replace(photo, metadata=metadata), tmp_path / "out.jpg", format="JPEG", quality=100)
        after = read_photo(tmp_path / "out.jpg")
        assert after.metadata.exif == expected
        assert np.abs(after.pixels.astype(int) - photo.pixels).max() <= 4
