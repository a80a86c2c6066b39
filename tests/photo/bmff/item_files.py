"""Files of items that are no pictures, to read and write."""

from __future__ import annotations

import io
import struct

from uegan_cli.photo.bmff.item_writer import write_items
from uegan_cli.photo.bmff.items import Item, ItemProperty, NewItem, Reference

FTYP = b"heic\0\0\0\0mif1heic"
SIZE = ItemProperty("ispe", bytes(4) + struct.pack(">II", 40, 30))
ITEMS = {
    1: NewItem(Item("hvc1", (), False, (SIZE, ItemProperty("irot", b"\3", True))), b"a picture"),
    2: NewItem(Item("grid", (), True, (SIZE,)), b"a grid", in_meta=True),
    7: NewItem(Item("mime", (b"application/rdf+xml", b"")), b"a packet"),
    8: NewItem(Item("uri ", (b"tag:example",)), b""),
}
REFERENCES = (Reference("dimg", 2, (1, 1)), Reference("cdsc", 7, (2,)))


def file_of(items: dict[int, NewItem], references: tuple[Reference, ...] = (), primary: int = 1) -> bytes:
    file = io.BytesIO()
    write_items(file, FTYP, primary, items, references)
    return file.getvalue()
