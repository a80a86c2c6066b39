"""New files hold the metadata of the source, turned as it was; decoders see the picture alone."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from uegan_cli.photo.bmff.assembly import isolate_picture, write_with_metadata
from uegan_cli.photo.bmff.encoding import ItemEncoding
from uegan_cli.photo.bmff.items import Item, ItemProperty, NewItem
from uegan_cli.photo.bmff.lost_data import lost_in_other_formats
from uegan_cli.photo.bmff.metadata import read_file_metadata
from uegan_cli.photo.bmff.properties import SRGB, ColourCodes, profile_of_codes
from uegan_cli.photo.photo import Metadata, OutputMetadata, Segment
from uegan_cli.photo.writing import write_photo

from .item_photos import add_items, encode, open_items, photo_of, smooth

DISPLAY_P3 = ColourCodes(12, 13, 6, True)


def read(data: bytes) -> Metadata:
    return read_file_metadata(io.BytesIO(data), "HEIF")


def assemble(format: str, output: OutputMetadata, encoding: ItemEncoding) -> bytes:
    file = io.BytesIO()
    write_with_metadata(file, encode(format), output, encoding)
    return file.getvalue()


def test_other_metadata_come_back_byte_for_byte() -> None:
    described = ItemProperty("udes", b"\0\0\0\0en\0name\0words\0tags\0")
    more = [NewItem(Item("mime", (b"text/xml", b"gzip")), b"a"), NewItem(Item("uri ", (b"tag:example",)), b"b")]
    references = [("cdsc", 10), ("cdsc", 11)]
    metadata = read(add_items(encode("HEIF"), more, references, [described, ItemProperty("xyz1", b"unknown")]))
    assert metadata.segments == (
        Segment("udes", described.data),
        Segment("mime\0text/xml\0gzip", b"a"),
        Segment("uri \0tag:example", b"b"),
    )
    assert isinstance(metadata.encoding, ItemEncoding)
    data = assemble("HEIF", OutputMetadata(metadata, None, (), None), metadata.encoding)
    assert read(data).segments == metadata.segments
    assert lost_in_other_formats(metadata.segments) == ["description"]


@pytest.mark.parametrize(
    ("icc", "colours", "written"),
    [(bytes(128), SRGB, True), (profile_of_codes(DISPLAY_P3), DISPLAY_P3, False), (None, SRGB, False)],
)
def test_a_profile_is_written_unless_code_points_say_the_same(
    icc: bytes | None, colours: ColourCodes, written: bool
) -> None:
    data = assemble("AVIF", OutputMetadata(Metadata("HEIF"), None, (), icc), ItemEncoding(colours=colours))
    assert (icc is not None and icc in data) == written and (b"prof" in data) == written


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_libraries_show_every_orientation_upright(orientation: int, transparent: bool, tmp_path: Path) -> None:
    pixels = smooth()
    alpha = np.ascontiguousarray(pixels[..., 0]) if transparent else None
    for format in ("HEIF", "AVIF"):
        write_photo(photo_of(pixels, format, alpha, orientation=orientation), tmp_path / "out")
        if format == "HEIF":
            shown = np.asarray(pillow_heif.open_heif(tmp_path / "out"))
        else:
            with Image.open(tmp_path / "out") as image:
                shown = np.asarray(ImageOps.exif_transpose(image))
        assert np.abs(shown[..., :3].astype(int) - pixels).max() < 12, format
        assert alpha is None or np.abs(shown[..., 3].astype(int) - alpha).max() < 4, format


def test_the_turns_of_the_source_are_kept_if_the_orientation_is_the_same() -> None:
    odd = (ItemProperty("irot", b"\2", True), ItemProperty("imir", b"\0", True))
    encoding = ItemEncoding(turns=odd)
    same = assemble("AVIF", OutputMetadata(Metadata("AVIF"), None, (), None, orientation=2), encoding)
    assert tuple(p for p in open_items(same).primary_item.properties if p.type in ("irot", "imir")) == odd
    turned = assemble("AVIF", OutputMetadata(Metadata("AVIF"), None, (), None, orientation=1), encoding)
    assert read_file_metadata(io.BytesIO(turned), "AVIF").orientation == 1


def test_a_decoder_gets_the_picture_alone() -> None:
    junk = [NewItem(Item("Exif"), b"junk" * 1000), NewItem(Item("hvc1"), b"another picture")]
    data = add_items(encode("AVIF"), junk, [("cdsc", 10), ("thmb", 11)], [ItemProperty("irot", b"\1", True)])
    alone = isolate_picture(open_items(data), b"avif\0\0\0\0")
    assert b"junk" not in alone and b"another" not in alone and b"irot" not in alone
    assert len(open_items(alone).items) == 1
