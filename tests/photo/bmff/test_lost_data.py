"""Whatever an edit cannot keep, and nothing else, is named in a warning."""

from __future__ import annotations

import pytest

from uegan_cli.photo.bmff.box_writer import build_box
from uegan_cli.photo.bmff.encoding import ItemEncoding
from uegan_cli.photo.bmff.items import Item, ItemProperty, NewItem
from uegan_cli.photo.bmff.lost_data import warn_of_losses
from uegan_cli.photo.bmff.properties import SRGB, ColourCodes

from .item_photos import DEPTH, GAIN_MAP, add_items, auxiliary_picture, encode, open_items

C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
MATTE = b"\0\0\0\0urn:com:apple:photo:2019:aux:semanticskinmatte\0"


def warnings(data: bytes, colours: ColourCodes = SRGB) -> list[str]:
    return warn_of_losses(open_items(data), ItemEncoding(colours=colours))


@pytest.mark.parametrize("format", ["HEIF", "AVIF"])
def test_a_plain_photo_has_no_warnings(format: str) -> None:
    assert warnings(encode(format)) == []
    assert warnings(encode(format) + build_box("free", b"filling") + bytes(100)) == []


def test_thumbnails_go_without_a_warning() -> None:
    size = ItemProperty("ispe", bytes(12))
    assert warnings(add_items(encode("HEIF"), [NewItem(Item("hvc1", (), False, (size,)), b"")], [("thmb", 10)])) == []


def test_auxiliary_pictures_are_named() -> None:
    layers = [auxiliary_picture(type) for type in (GAIN_MAP, DEPTH, MATTE)]
    found = warnings(add_items(encode("HEIF"), layers, [("auxl", number) for number in (10, 11, 12)]))
    assert len(found) == 3 and all("unedited" in warning for warning in found)
    assert all(any(name in warning for warning in found) for name in ("HDR gain map", "depth map", "portrait matte"))


def test_tone_mapping_is_named_as_a_gain_map() -> None:
    tone_mapped = add_items(encode("AVIF"), [NewItem(Item("tmap"), b"")])
    assert warnings(tone_mapped) == ["its HDR gain map belongs to the unedited picture and was left out"]


def test_other_pictures_are_counted() -> None:
    burst = [NewItem(Item("hvc1"), b"")] * 2 + [NewItem(Item("hvc1", (), True), b"")]
    assert warnings(add_items(encode("HEIF"), burst)) == ["only its main picture was taken; 2 more were left out"]


@pytest.mark.parametrize(
    ("box", "word"),
    [
        (build_box("mpvd", b"a video"), "motion video"),
        (build_box("moov", b""), "motion video"),
        (build_box("sefd", b"Samsung's"), "data after"),
        (build_box("uuid", C2PA + b"manifest"), "C2PA"),
        (b"a trailer that is no box", "data after"),
    ],
)
def test_data_after_the_picture_are_named(box: bytes, word: str) -> None:
    found = warnings(encode("HEIF") + box)
    assert len(found) == 1 and word in found[0] and "left out" in found[0]


def test_hdr_colours_are_named() -> None:
    assert "HLG" in warnings(encode("AVIF"), ColourCodes(9, 18, 9, True))[0]
    assert "PQ" in warnings(encode("AVIF"), ColourCodes(9, 16, 9, True))[0]
