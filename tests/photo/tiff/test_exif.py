"""Orientation and density are read; thumbnails are replaced or unlinked without moving a byte."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import exif_builder
from uegan_cli.photo.tiff.exif import (
    build_orientation_block,
    find_thumbnail,
    read_density,
    read_orientation,
    replace_thumbnail,
    unlink_thumbnail,
)
from uegan_cli.photo.tiff.exif_builder import DirectoryTree, ExifContent
from uegan_cli.photo.tiff.ifd_writer import Field, integer_field


def jpeg_of(side: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(file, "JPEG")
    return file.getvalue()


def exif_with(picture: bytes, order: str = "<", turn: int = 6) -> bytes:
    """An Exif block with an orientation, maker's bytes, and a second directory that points to `picture`."""
    header = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    first = struct.pack(order + "HHHIHHI", 1, 0x0112, 3, 1, turn, 0, 32)
    maker = b"maker!"
    second = struct.pack(order + "HHHIIHHIII", 2, 0x0201, 4, 1, 62, 0x0202, 4, 1, len(picture), 0)
    return header + first + maker + second + picture + b"the end"


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_is_read_in_both_byte_orders(order: str) -> None:
    assert [read_orientation(exif_with(b"", order, turn)) for turn in range(10)] == [None, *range(1, 9), None]


@pytest.mark.parametrize(
    "exif", [None, b"", b"II*\0", b"XX*\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff", exif_with(b"")[:15]]
)
def test_a_broken_block_says_nothing(exif: bytes | None) -> None:
    assert read_orientation(exif) is None
    if exif is not None:
        assert find_thumbnail(exif) is None and unlink_thumbnail(exif) == exif


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_new_thumbnail_changes_only_the_bytes_of_the_old_one(order: str) -> None:
    old, new = jpeg_of(64), jpeg_of(8)
    exif = exif_with(old, order)
    place = find_thumbnail(exif)
    assert place is not None and exif[slice(*place)] == old
    changed = replace_thumbnail(exif, place, new)
    assert changed[place[0] :].startswith(new)
    assert len(changed) == len(exif)
    assert changed[: place[0]] == exif[: place[0]] and changed[place[1] :] == exif[place[1] :] == b"the end"


def test_a_thumbnail_that_does_not_fit_is_not_squeezed_in() -> None:
    exif = exif_with(jpeg_of(8))
    place = find_thumbnail(exif)
    assert place is not None
    with pytest.raises(ValueError, match="does not fit"):
        replace_thumbnail(exif, place, bytes(place[1] - place[0] + 1))


def test_unlinking_changes_only_the_pointer() -> None:
    exif = exif_with(jpeg_of(8))
    changed = unlink_thumbnail(exif)
    assert [n for n, (a, b) in enumerate(zip(exif, changed, strict=True)) if a != b] == [22]
    assert find_thumbnail(changed) is None and unlink_thumbnail(changed) == changed


def test_what_follows_a_picture_within_its_stated_length_is_left_alone() -> None:
    picture = jpeg_of(8)
    place = find_thumbnail(exif_with(picture + b"secret"))
    assert place == (62, 62 + len(picture))


@pytest.mark.parametrize("content", [b"no picture", b"\xff\xd8 without an end", b""])
def test_what_is_no_jpeg_is_not_replaced(content: bytes) -> None:
    assert find_thumbnail(exif_with(content)) is None


def test_a_picture_that_runs_over_the_end_is_not_replaced() -> None:
    assert find_thumbnail(exif_with(jpeg_of(8))[:-20]) is None


def test_thumbnails_of_cameras_are_found(camera_files: list[Path]) -> None:
    blocks = {path.name: read_photo(path).metadata.exif for path in camera_files}
    found = {name for name, exif in blocks.items() if exif and find_thumbnail(exif)}
    assert {"Canon_40D.jpg", "DSCN0010.jpg", "canon-ixus.jpg", "BlueSquare.jpg"} <= found


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_shortest_block_says_the_orientation(turn: int) -> None:
    assert read_orientation(build_orientation_block(turn)) == turn and len(build_orientation_block(turn)) == 26


@pytest.mark.parametrize(("unit", "metre"), [(2, 1 / 0.0254), (3, 100.0)])
def test_density_is_read_in_inches_and_centimetres(unit: int, metre: float) -> None:
    sides = tuple(Field(tag, 5, 1, struct.pack("<II", value, 2)) for tag, value in ((0x011A, 300), (0x011B, 144)))
    block = exif_builder.build(ExifContent("<", DirectoryTree((*sides, integer_field("<", 0x0128, 3, unit)))))
    assert read_density(block) == pytest.approx((150 * metre, 72 * metre))
    assert read_density(block.replace(struct.pack("<II", 300, 2), bytes(8))) is None
    assert (
        read_density(None) is None
        and read_density(b"MM\0*") is None
        and read_density(build_orientation_block(1)) is None
    )
