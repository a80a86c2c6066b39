"""Items of every version of the boxes are read; broken files are a ValueError that takes no memory."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import pytest

from uegan_cli.photo.bmff.box_writer import build_box
from uegan_cli.photo.bmff.item_reader import read_container
from uegan_cli.photo.bmff.items import Item, NewItem

from .item_files import ITEMS, REFERENCES, SIZE, file_of
from .item_photos import open_items


def with_iloc(payload: bytes) -> bytes:
    """A file of one item with `payload` as its "iloc" box."""
    old = file_of({1: NewItem(Item("hvc1"), b"data")})
    at = old.index(b"iloc") - 4
    length = int.from_bytes(old[at : at + 4])
    new = old[:at] + build_box("iloc", payload) + old[at + length :]
    meta = new.index(b"meta") - 4
    meta_length = int.from_bytes(new[meta : meta + 4]) + 8 + len(payload) - length
    return new[:meta] + struct.pack(">I", meta_length) + new[meta + 4 :]


EXTENTS = [
    b"\0\0\0\0\x44\x00\0\1" + struct.pack(">HHHIIII", 1, 0, 2, 4, 4, 12, 2),
    b"\0\0\0\0\x44\x40\0\1" + struct.pack(">HHIHIIII", 1, 0, 4, 2, 0, 4, 8, 2),
    b"\1\0\0\0\x44\x44\0\1" + struct.pack(">HHHIHIIIIII", 1, 0, 0, 4, 2, 9, 0, 4, 9, 8, 2),
    b"\2\0\0\0\x84\x40\0\0\0\1" + struct.pack(">IHHIHQIQI", 1, 0, 0, 4, 2, 0, 4, 8, 2),
]
"""The bytes [4, 8) and [12, 14) of the file, in all versions."""


@pytest.mark.parametrize("payload", EXTENTS)
def test_extents_of_every_version_are_read(payload: bytes) -> None:
    data = with_iloc(payload)
    assert open_items(data).read_data(1) == data[4:8] + data[12:14]
    with pytest.raises(ValueError, match="ends too early"):
        open_items(with_iloc(payload[:-1]))


def test_data_in_idat_are_read_and_guarded() -> None:
    items = {1: NewItem(Item("hvc1"), b"x"), 2: NewItem(Item("grid"), b"grid", in_meta=True)}
    data = file_of(items)
    assert open_items(data).read_data(2) == b"grid"
    extent = struct.pack(">HHHHII", 2, 1, 0, 1, 0, 4)
    with pytest.raises(ValueError, match="beyond the end"):
        open_items(data.replace(extent, struct.pack(">HHHHII", 2, 1, 0, 1, 1, 4)))


def test_data_in_other_files_and_items_are_empty() -> None:
    other_file = b"\0\0\0\0\x44\x00\0\1" + struct.pack(">HHHII", 1, 1, 1, 0, 4)
    other_item = b"\1\0\0\0\x44\x00\0\1" + struct.pack(">HHHHII", 1, 2, 0, 1, 0, 4)
    for payload in (other_file, other_item):
        assert open_items(with_iloc(payload)).read_data(1) == b""


@pytest.mark.parametrize("ranges", [[(0, 2**31)], [(0, 300)] * 60_000])
def test_no_memory_is_taken_for_more_than_the_file_can_hold(ranges: list[tuple[int, int]]) -> None:
    payload = b"\0\0\0\0\x44\x00\0\1" + struct.pack(">HHH", 1, 0, len(ranges))
    payload += b"".join(struct.pack(">II", *range) for range in ranges)
    container = open_items(with_iloc(payload))
    with pytest.raises(ValueError, match="beyond the end of the file"):
        container.read_data(1)


def test_extents_that_take_no_bytes_are_refused() -> None:
    rows = b"".join(struct.pack(">HHH", 1, 0, 65535) for _ in range(1000))
    with pytest.raises(ValueError, match="more extents"):
        open_items(with_iloc(b"\0\0\0\0\0\0" + struct.pack(">H", 1000) + rows))


def test_a_box_larger_than_its_parent_is_an_error(camera_photos: Path) -> None:
    path = camera_photos / "corrupt" / "NegativeArraySizeException.ItemInfoBox.init.heif"
    with path.open("rb") as file, pytest.raises(ValueError, match="ends too early"):
        read_container(file)


def test_a_missing_property_is_an_error() -> None:
    data = file_of({1: NewItem(Item("hvc1", (), False, (SIZE,)), b"x")})
    with pytest.raises(ValueError, match="property"):
        open_items(data.replace(b"\0\1\1\1", b"\0\1\1\2"))


def test_damaged_files_are_a_value_error_and_nothing_else() -> None:
    whole = file_of(ITEMS, REFERENCES, primary=2)
    chance = random.Random(1)
    failed = 0
    for _ in range(3000):
        data = bytearray(whole[: chance.choice([len(whole), chance.randrange(1, len(whole))])])
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
        try:
            container = read_container(io.BytesIO(data))
            for number in container.items:
                container.read_data(number)
        except ValueError:
            failed += 1
    assert 1000 < failed < 3000
