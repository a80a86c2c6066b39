"""Items that are written are read back, in small and large files."""

from __future__ import annotations

from uegan_cli.photo.bmff.items import Item, ItemProperty, NewItem

from .item_files import ITEMS, REFERENCES, file_of
from .item_photos import open_items


def assert_same(data: bytes, items: dict[int, NewItem]) -> None:
    container = open_items(data)
    assert container.items == {number: new.item for number, new in items.items()}
    for number, new in items.items():
        assert container.read_data(number) == new.data
        assert container.is_in_meta(number) == new.in_meta


def test_written_items_are_read_back() -> None:
    data = file_of(ITEMS, REFERENCES, primary=2)
    assert_same(data, ITEMS)
    container = open_items(data)
    assert container.primary == 2 and container.references == REFERENCES
    assert container.targets_of("dimg", 2) == [1, 1] and container.sources_of("cdsc", 2) == [7]


def test_large_item_numbers_and_many_properties_are_read_back() -> None:
    many = tuple(ItemProperty("udes", number.to_bytes(2)) for number in range(200))
    items = {1: NewItem(Item("hvc1", (), False, many), b"x"), 70_000: NewItem(Item("Exif"), b"y")}
    assert_same(file_of(items), items)


def test_items_are_sorted_as_readers_want_them() -> None:
    assert list(open_items(file_of(dict(reversed(ITEMS.items())))).items) == sorted(ITEMS)
