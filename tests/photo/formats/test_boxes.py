from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import pytest

from uegan_cli.photo.bmff import box_writing, boxes
from uegan_cli.photo.bmff.box_writing import NewItem
from uegan_cli.photo.bmff.boxes import Item, Property, Reference

FTYP = b"heic\0\0\0\0mif1heic"
SIZE = Property("ispe", bytes(4) + struct.pack(">II", 40, 30))
ITEMS = {
    1: NewItem(Item("hvc1", (), False, (SIZE, Property("irot", b"\3", True))), b"a picture"),
    2: NewItem(Item("grid", (), True, (SIZE,)), b"a grid", in_meta=True),
    7: NewItem(Item("mime", (b"application/rdf+xml", b"")), b"a packet"),
    8: NewItem(Item("uri ", (b"tag:example",)), b""),
}
REFERENCES = (Reference("dimg", 2, (1, 1)), Reference("cdsc", 7, (2,)))


def file_of(items: dict[int, NewItem], references: tuple[Reference, ...] = (), primary: int = 1) -> bytes:
    file = io.BytesIO()
    box_writing.write(file, FTYP, primary, items, references)
    return file.getvalue()


def with_iloc(payload: bytes) -> bytes:
    """A file of one item whose places are told by `payload`."""
    old = file_of({1: NewItem(Item("hvc1"), b"data")})
    at = old.index(b"iloc") - 4
    length = int.from_bytes(old[at : at + 4])
    new = old[:at] + box_writing.box("iloc", payload) + old[at + length :]
    meta = new.index(b"meta") - 4
    return (
        new[:meta]
        + struct.pack(">I", int.from_bytes(new[meta : meta + 4]) + 8 + len(payload) - length)
        + new[meta + 4 :]
    )


PLACES = [
    b"\0\0\0\0\x44\x00\0\1" + struct.pack(">HHHIIII", 1, 0, 2, 4, 4, 12, 2),
    b"\0\0\0\0\x44\x40\0\1" + struct.pack(">HHIHIIII", 1, 0, 4, 2, 0, 4, 8, 2),
    b"\1\0\0\0\x44\x44\0\1" + struct.pack(">HHHIHIIIIII", 1, 0, 0, 4, 2, 9, 0, 4, 9, 8, 2),
    b"\2\0\0\0\x84\x40\0\0\0\1" + struct.pack(">IHHIHQIQI", 1, 0, 0, 4, 2, 0, 4, 8, 2),
]
"""The fourth to eighth, and the twelfth and thirteenth byte of the file, in all versions."""


@pytest.mark.parametrize("payload", PLACES)
def test_places_of_every_version_and_of_several_parts_are_understood(payload: bytes) -> None:
    data = with_iloc(payload)
    assert boxes.read(io.BytesIO(data)).data(1) == data[4:8] + data[12:14]
    with pytest.raises(ValueError, match="ends too early"):
        boxes.read(io.BytesIO(with_iloc(payload[:-1])))


def test_places_within_the_descriptions_are_understood_and_guarded() -> None:
    items = {1: NewItem(Item("hvc1"), b"x"), 2: NewItem(Item("grid"), b"grid", in_meta=True)}
    data = file_of(items)
    assert boxes.read(io.BytesIO(data)).data(2) == b"grid"
    place = struct.pack(">HHHHII", 2, 1, 0, 1, 0, 4)
    with pytest.raises(ValueError, match="beyond the end"):
        boxes.read(io.BytesIO(data.replace(place, struct.pack(">HHHHII", 2, 1, 0, 1, 1, 4))))


def test_data_elsewhere_are_none() -> None:
    other_file = b"\0\0\0\0\x44\x00\0\1" + struct.pack(">HHHII", 1, 1, 1, 0, 4)
    other_item = b"\1\0\0\0\x44\x00\0\1" + struct.pack(">HHHHII", 1, 2, 0, 1, 0, 4)
    for payload in (other_file, other_item):
        assert boxes.read(io.BytesIO(with_iloc(payload))).data(1) == b""


@pytest.mark.parametrize("ranges", [[(0, 2**31)], [(0, 300)] * 60_000])
def test_no_memory_is_taken_for_what_the_file_cannot_hold(ranges: list[tuple[int, int]]) -> None:
    payload = b"\0\0\0\0\x44\x00\0\1" + struct.pack(">HHH", 1, 0, len(ranges))
    payload += b"".join(struct.pack(">II", *range) for range in ranges)
    if len(ranges) > 1:
        ranges = ranges * 2
    container = boxes.read(io.BytesIO(with_iloc(payload)))
    with pytest.raises(ValueError, match="beyond the file's end"):
        container.data(1)


def test_ranges_that_take_no_bytes_are_refused() -> None:
    rows = b"".join(struct.pack(">HHH", 1, 0, 65535) for _ in range(1000))
    with pytest.raises(ValueError, match="more ranges"):
        boxes.read(io.BytesIO(with_iloc(b"\0\0\0\0\0\0" + struct.pack(">H", 1000) + rows)))


def test_a_box_larger_than_its_parent_is_an_error(camera_photos: Path) -> None:
    path = camera_photos / "corrupt" / "NegativeArraySizeException.ItemInfoBox.init.heif"
    with path.open("rb") as file, pytest.raises(ValueError, match="ends too early"):
        boxes.read(file)


def test_a_property_that_is_missing_is_an_error() -> None:
    data = file_of({1: NewItem(Item("hvc1", (), False, (SIZE,)), b"x")})
    with pytest.raises(ValueError, match="property"):
        boxes.read(io.BytesIO(data.replace(b"\0\1\1\1", b"\0\1\1\2")))


def test_nonsense_is_a_value_error_and_nothing_else() -> None:
    whole = file_of(ITEMS, REFERENCES, primary=2)
    chance = random.Random(1)
    failed = 0
    for _ in range(3000):
        data = bytearray(whole[: chance.choice([len(whole), chance.randrange(1, len(whole))])])
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
        try:
            container = boxes.read(io.BytesIO(data))
            for number in container.items:
                container.data(number)
        except ValueError:
            failed += 1
    assert 1000 < failed < 3000


def test_brands() -> None:
    assert boxes.brands(box_writing.box("ftyp", FTYP) + b"more") == (b"heic", b"mif1", b"heic")
    assert boxes.brands(b"\xff\xd8\xff\xe0") == ()
