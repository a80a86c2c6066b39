from __future__ import annotations

import io

import pytest

from uegan_cli.photo.bmff import avif, box_writing, boxes, heif, items
from uegan_cli.photo.bmff.box_writing import NewItem
from uegan_cli.photo.bmff.boxes import Item, Property
from uegan_cli.photo.bmff.items import ItemEncoding
from uegan_cli.photo.photo import Metadata

from .item_photos import changed, made

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
    box_writing.write(file, b"heic\0\0\0\0", container.primary, new, references)
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


def test_formats_are_told_apart_by_their_brands() -> None:
    def head(*brands: bytes) -> bytes:
        return box_writing.box("ftyp", brands[0] + bytes(4) + b"".join(brands[1:]))

    for brands in ((b"avif", b"mif1"), (b"avis",), (b"mif1", b"avif", b"miaf"), (b"msf1", b"avif")):
        assert avif.matches(head(*brands)) and not heif.matches(head(*brands))
    for brands in ((b"heic", b"mif1"), (b"mif1", b"heic"), (b"hevc", b"msf1"), (b"heix",)):
        assert heif.matches(head(*brands)) and not avif.matches(head(*brands))
    for brands in ((b"crx ", b"isom"), (b"isom", b"mp42"), (b"qt  ",)):
        assert not heif.matches(head(*brands)) and not avif.matches(head(*brands))
