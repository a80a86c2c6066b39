from __future__ import annotations

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from uegan_cli.photo.formats import avif, boxes, heif, item_files, items
from uegan_cli.photo.formats.boxes import Item, NewItem, Property
from uegan_cli.photo.formats.items import ItemEncoding
from uegan_cli.photo.photo import Metadata, Sayings, Segment
from uegan_cli.photo.writing import write_photo

from .item_photos import changed, made, photo, smooth

EXIF = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
PACKET = b"<x:xmpmeta/>"


def read(data: bytes) -> Metadata:
    return items.read_metadata(io.BytesIO(data), "HEIF")


def test_exif_and_xmp_of_the_picture_are_found_and_not_those_of_its_layers() -> None:
    own = [NewItem(Item("Exif"), b"\0\0\0\0" + EXIF), NewItem(Item("mime", items.XMP), PACKET)]
    others = [NewItem(Item("mime", items.XMP), b"of the gain map"), NewItem(Item("hvc1", (), True), b"")]
    data = changed(made("HEIF"), [others[0], *own, others[1]], [("cdsc", 11), ("cdsc", 12)])
    container = boxes.read(io.BytesIO(data))
    references = [*container.references, boxes.Reference("cdsc", 10, (13,))]
    file = io.BytesIO()
    new = {n: NewItem(i, container.data(n)) for n, i in container.items.items()}
    boxes.write(file, b"heic\0\0\0\0", container.primary, new, references)
    metadata = read(file.getvalue())
    assert metadata.exif == EXIF and metadata.xmp == PACKET and metadata.segments == ()


@pytest.mark.parametrize(
    "head", [b"\0\0\0\0", b"\0\0\0\6Exif\0\0", b"\0\0\0\x09whatever\0", b"\xff\xff\xff\xffExif\0\0", b""]
)
def test_what_goes_before_exif_stays_as_it_is(head: bytes) -> None:
    metadata = read(changed(made("HEIF"), [NewItem(Item("Exif"), head + EXIF)], [("cdsc", 10)]))
    assert metadata.exif == EXIF
    assert isinstance(metadata.encoding, ItemEncoding) and metadata.encoding.exif_head == head


def test_broken_files_say_nothing() -> None:
    whole = made("HEIF")
    for data in (whole[:200], whole[:40], whole[:8], b""):
        assert read(data) == Metadata("HEIF")


def test_other_metadata_come_back_byte_for_byte() -> None:
    described = Property("udes", b"\0\0\0\0en\0name\0words\0tags\0")
    more = [NewItem(Item("mime", (b"text/xml", b"gzip")), b"a"), NewItem(Item("uri ", (b"tag:example",)), b"b")]
    data = changed(made("HEIF"), more, [("cdsc", 10), ("cdsc", 11)], [described, Property("xyz1", b"unknown")])
    metadata = read(data)
    assert metadata.segments == (
        Segment("udes", described.data),
        Segment("mime\0text/xml\0gzip", b"a"),
        Segment("uri \0tag:example", b"b"),
    )
    file = io.BytesIO()
    assert isinstance(metadata.encoding, ItemEncoding)
    item_files.finish(file, made("HEIF"), Sayings(metadata, None, (), None), metadata.encoding)
    assert read(file.getvalue()).segments == metadata.segments
    assert items.lost(metadata.segments) == ["description"]


def test_a_profile_is_kept_and_one_made_of_code_points_is_not_written() -> None:
    profile = b"\0" * 128
    for icc, colours in (
        (profile, items.SRGB),
        (items.coded_profile((12, 13, 6, True)), (12, 13, 6, True)),
        (None, items.SRGB),
    ):
        encoding = ItemEncoding(colours=colours)
        file = io.BytesIO()
        item_files.finish(file, made("AVIF"), Sayings(Metadata("HEIF"), None, (), icc), encoding)
        assert (profile in file.getvalue()) == (icc == profile) and (b"prof" in file.getvalue()) == (icc == profile)


def test_wide_code_points_without_a_profile_are_understood() -> None:
    assert items.coded_profile((1, 13, 6, True)) is None and items.coded_profile((5, 1, 5, False)) is None
    assert items.coded_profile((12, 13, 6, True)) is not None
    data = made("HEIF", color_primaries=12, transfer_characteristics=13)
    container = boxes.read(io.BytesIO(data))
    assert container.items[container.primary].get("colr") is not None


def test_every_orientation_has_a_turn_and_a_mirror() -> None:
    for number in range(1, 9):
        assert items.orientation(items.turns(number)) == number
    assert [p.kind for p in items.turns(5)] == ["irot", "imir"]
    mirrored_first = (Property("imir", b"\1"), Property("irot", b"\1"))
    assert items.orientation(mirrored_first) == 5 != items.orientation(mirrored_first[::-1])


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_libraries_show_what_was_turned_upright(orientation: int, transparent: bool, tmp_path) -> None:  # type: ignore[no-untyped-def]
    pixels = smooth()
    alpha = np.ascontiguousarray(pixels[..., 0]) if transparent else None
    for format in ("HEIF", "AVIF"):
        write_photo(photo(pixels, format, alpha, orientation=orientation), tmp_path / "out")
        if format == "HEIF":
            shown = np.asarray(pillow_heif.open_heif(tmp_path / "out"))
        else:
            with Image.open(tmp_path / "out") as image:
                shown = np.asarray(ImageOps.exif_transpose(image))
        assert np.abs(shown[..., :3].astype(int) - pixels).max() < 12, format
        assert alpha is None or np.abs(shown[..., 3].astype(int) - alpha).max() < 4, format


def test_the_turns_of_the_file_are_kept_though_others_would_do() -> None:
    odd = (Property("irot", b"\2", True), Property("imir", b"\0", True))
    encoding = ItemEncoding(turns=odd)
    file = io.BytesIO()
    item_files.finish(file, made("AVIF"), Sayings(Metadata("AVIF"), None, (), None, orientation=2), encoding)
    container = boxes.read(file)
    assert tuple(p for p in container.items[container.primary].properties if p.kind in ("irot", "imir")) == odd
    file = io.BytesIO()
    item_files.finish(file, made("AVIF"), Sayings(Metadata("AVIF"), None, (), None, orientation=1), encoding)
    assert items.read_metadata(file, "AVIF").orientation == 1


def test_a_decoder_is_given_the_picture_alone() -> None:
    junk = [NewItem(Item("Exif"), b"junk" * 1000), NewItem(Item("hvc1"), b"another picture")]
    data = changed(made("AVIF"), junk, [("cdsc", 10), ("thmb", 11)], [Property("irot", b"\1", True)])
    alone = item_files.alone(boxes.read(io.BytesIO(data)), b"avif\0\0\0\0")
    assert b"junk" not in alone and b"another" not in alone and b"irot" not in alone
    assert len(boxes.read(io.BytesIO(alone)).items) == 1


def test_formats_are_told_apart_by_their_brands() -> None:
    def head(*brands: bytes) -> bytes:
        return boxes.box("ftyp", brands[0] + bytes(4) + b"".join(brands[1:]))

    for brands in ((b"avif", b"mif1"), (b"avis",), (b"mif1", b"avif", b"miaf"), (b"msf1", b"avif")):
        assert avif.matches(head(*brands)) and not heif.matches(head(*brands))
    for brands in ((b"heic", b"mif1"), (b"mif1", b"heic"), (b"hevc", b"msf1"), (b"heix",)):
        assert heif.matches(head(*brands)) and not avif.matches(head(*brands))
    for brands in ((b"crx ", b"isom"), (b"isom", b"mp42"), (b"qt  ",)):
        assert not heif.matches(head(*brands)) and not avif.matches(head(*brands))
