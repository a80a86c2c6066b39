"""Exif, XMP and other metadata of the picture are found, and not those of other pictures in the file."""

from __future__ import annotations

import io

import pytest

from uegan_cli.photo.bmff.encoding import ItemEncoding
from uegan_cli.photo.bmff.item_writer import write_items
from uegan_cli.photo.bmff.items import Item, NewItem, Reference
from uegan_cli.photo.bmff.metadata import XMP_TEXTS, read_file_metadata
from uegan_cli.photo.photo import Metadata

from .item_photos import add_items, encode, open_items

EXIF = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
PACKET = b"<x:xmpmeta/>"


def read(data: bytes) -> Metadata:
    return read_file_metadata(io.BytesIO(data), "HEIF")


def test_metadata_of_the_picture_are_found_and_not_those_of_its_layers() -> None:
    own = [NewItem(Item("Exif"), b"\0\0\0\0" + EXIF), NewItem(Item("mime", XMP_TEXTS), PACKET)]
    others = [NewItem(Item("mime", XMP_TEXTS), b"of the gain map"), NewItem(Item("hvc1", (), True), b"")]
    data = add_items(encode("HEIF"), [others[0], *own, others[1]], [("cdsc", 11), ("cdsc", 12)])
    container = open_items(data)
    references = [*container.references, Reference("cdsc", 10, (13,))]
    file = io.BytesIO()
    new = {number: NewItem(item, container.read_data(number)) for number, item in container.items.items()}
    write_items(file, b"heic\0\0\0\0", container.primary, new, references)
    metadata = read(file.getvalue())
    assert metadata.exif == EXIF and metadata.xmp == PACKET and metadata.segments == ()


@pytest.mark.parametrize(
    "prefix", [b"\0\0\0\0", b"\0\0\0\6Exif\0\0", b"\0\0\0\x09whatever\0", b"\xff\xff\xff\xffExif\0\0", b""]
)
def test_the_prefix_of_exif_is_kept_as_it_is(prefix: bytes) -> None:
    metadata = read(add_items(encode("HEIF"), [NewItem(Item("Exif"), prefix + EXIF)], [("cdsc", 10)]))
    assert metadata.exif == EXIF
    assert isinstance(metadata.encoding, ItemEncoding) and metadata.encoding.exif_prefix == prefix


def test_broken_files_have_no_metadata() -> None:
    whole = encode("HEIF")
    for data in (whole[:200], whole[:40], whole[:8], b""):
        assert read(data) == Metadata("HEIF")
