from __future__ import annotations

import io
import struct

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


def assert_same(data: bytes, items: dict[int, NewItem]) -> None:
    container = boxes.read(io.BytesIO(data))
    assert container.items == {number: new.item for number, new in items.items()}
    for number, new in items.items():
        assert container.data(number) == new.data
        assert container.is_in_meta(number) == new.in_meta


def test_what_is_written_is_read() -> None:
    data = file_of(ITEMS, REFERENCES, primary=2)
    assert_same(data, ITEMS)
    container = boxes.read(io.BytesIO(data))
    assert container.primary == 2 and container.references == REFERENCES
    assert container.of("dimg", 2) == [1, 1] and container.to("cdsc", 2) == [7]


def test_large_numbers_of_items_and_properties_are_written_too() -> None:
    many = tuple(Property("udes", number.to_bytes(2)) for number in range(200))
    items = {1: NewItem(Item("hvc1", (), False, many), b"x"), 70_000: NewItem(Item("Exif"), b"y")}
    assert_same(file_of(items), items)


def test_items_are_sorted_as_readers_want_them() -> None:
    assert list(boxes.read(io.BytesIO(file_of(dict(reversed(ITEMS.items()))))).items) == sorted(ITEMS)


PLACES = [
    b"\0\0\0\0\x44\x00\0\1" + struct.pack(">HHHIIII", 1, 0, 2, 4, 4, 12, 2),
    b"\0\0\0\0\x44\x40\0\1" + struct.pack(">HHIHIIII", 1, 0, 4, 2, 0, 4, 8, 2),
    b"\1\0\0\0\x44\x44\0\1" + struct.pack(">HHHIHIIIIII", 1, 0, 0, 4, 2, 9, 0, 4, 9, 8, 2),
    b"\2\0\0\0\x84\x40\0\0\0\1" + struct.pack(">IHHIHQIQI", 1, 0, 0, 4, 2, 0, 4, 8, 2),
]
"""The fourth to eighth, and the twelfth and thirteenth byte of the file, in all versions."""
