from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from uegan_cli.photo.bmff import boxes, item_files, items
from uegan_cli.photo.bmff.box_writing import NewItem
from uegan_cli.photo.bmff.boxes import Item, Property
from uegan_cli.photo.bmff.items import ItemEncoding
from uegan_cli.photo.photo import Metadata, OutputMetadata, Segment
from uegan_cli.photo.writing import write_photo

from .item_photos import changed, made, photo, smooth

EXIF = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
PACKET = b"<x:xmpmeta/>"


def read(data: bytes) -> Metadata:
    return items.read_metadata(io.BytesIO(data), "HEIF")


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
    item_files.finish(file, made("HEIF"), OutputMetadata(metadata, None, (), None), metadata.encoding)
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
        item_files.finish(file, made("AVIF"), OutputMetadata(Metadata("HEIF"), None, (), icc), encoding)
        assert (profile in file.getvalue()) == (icc == profile) and (b"prof" in file.getvalue()) == (icc == profile)


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_libraries_show_what_was_turned_upright(orientation: int, transparent: bool, tmp_path: Path) -> None:
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
    item_files.finish(file, made("AVIF"), OutputMetadata(Metadata("AVIF"), None, (), None, orientation=2), encoding)
    container = boxes.read(file)
    assert tuple(p for p in container.items[container.primary].properties if p.kind in ("irot", "imir")) == odd
    file = io.BytesIO()
    item_files.finish(file, made("AVIF"), OutputMetadata(Metadata("AVIF"), None, (), None, orientation=1), encoding)
    assert items.read_metadata(file, "AVIF").orientation == 1


def test_a_decoder_is_given_the_picture_alone() -> None:
    junk = [NewItem(Item("Exif"), b"junk" * 1000), NewItem(Item("hvc1"), b"another picture")]
    data = changed(made("AVIF"), junk, [("cdsc", 10), ("thmb", 11)], [Property("irot", b"\1", True)])
    alone = item_files.alone(boxes.read(io.BytesIO(data)), b"avif\0\0\0\0")
    assert b"junk" not in alone and b"another" not in alone and b"irot" not in alone
    assert len(boxes.read(io.BytesIO(alone)).items) == 1
