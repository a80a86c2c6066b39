from __future__ import annotations

import io

import pytest

from uegan_cli.photo.bmff import box_writing, boxes, items
from uegan_cli.photo.bmff.box_writing import NewItem
from uegan_cli.photo.bmff.boxes import Item, Property
from uegan_cli.photo.bmff.item_losses import warnings
from uegan_cli.photo.bmff.items import SRGB, ItemEncoding

from .item_photos import DEPTH, GAIN_MAP, changed, layer, made

C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def told(data: bytes, colours: items.Colours = SRGB) -> list[str]:
    return warnings(boxes.read(io.BytesIO(data)), ItemEncoding(colours=colours))


def test_nothing_is_said_of_a_plain_photo() -> None:
    for format in ("HEIF", "AVIF"):
        assert told(made(format)) == []
        assert told(made(format) + box_writing.box("free", b"filling") + bytes(100)) == []


def test_thumbnails_go_without_a_word() -> None:
    size = Property("ispe", bytes(12))
    assert told(changed(made("HEIF"), [NewItem(Item("hvc1", (), False, (size,)), b"")], [("thmb", 10)])) == []


def test_layers_that_belong_to_the_unedited_picture_are_named() -> None:
    layers = [layer(GAIN_MAP), layer(DEPTH), layer(b"\0\0\0\0urn:com:apple:photo:2019:aux:semanticskinmatte\0")]
    found = told(changed(made("HEIF"), layers, [("auxl", n) for n in (10, 11, 12)]))
    assert len(found) == 3 and all("unedited" in words for words in found)
    assert all(any(name in words for words in found) for name in ("HDR gain map", "depth map", "portrait matte"))
    tone_mapped = changed(made("AVIF"), [NewItem(Item("tmap"), b"")])
    assert told(tone_mapped) == ["its HDR gain map belongs to the unedited picture and was left out"]


def test_other_pictures_are_counted() -> None:
    burst = [NewItem(Item("hvc1"), b"")] * 2 + [NewItem(Item("hvc1", (), True), b"")]
    assert told(changed(made("HEIF"), burst)) == ["only its main picture was taken; 2 more were left out"]


@pytest.mark.parametrize(
    ("box", "word"),
    [
        (box_writing.box("mpvd", b"a video"), "motion video"),
        (box_writing.box("moov", b""), "motion video"),
        (box_writing.box("sefd", b"Samsung's"), "what follows"),
        (box_writing.box("uuid", C2PA + b"manifest"), "C2PA"),
        (b"a trailer that is no box", "what follows"),
    ],
)
def test_what_follows_the_picture_is_told(box: bytes, word: str) -> None:
    found = told(made("HEIF") + box)
    assert len(found) == 1 and word in found[0] and "left out" in found[0]


def test_hdr_is_told() -> None:
    assert "HLG" in told(made("AVIF"), (9, 18, 9, True))[0] and "PQ" in told(made("AVIF"), (9, 16, 9, True))[0]
