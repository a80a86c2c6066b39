"""HEIF and AVIF files to read: made by the libraries, and taken apart and changed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from uegan_cli.photo.bmff import box_writing, boxes
from uegan_cli.photo.bmff.box_writing import NewItem
from uegan_cli.photo.bmff.boxes import Item, Property, Reference
from uegan_cli.photo.photo import Metadata, Photo, Pixels

DEPTH = b"\0\0\0\0urn:mpeg:hevc:2015:auxid:2\0"
GAIN_MAP = b"\0\0\0\0urn:com:apple:photo:2020:aux:hdrgainmap\0"


def smooth(height: int = 66, width: int = 98) -> Pixels:
    """H x W x 3, every corner different."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 250 // width, y * 250 // height, (x + y) * 250 // (width + height)], axis=-1).astype(np.uint8)


def photo(pixels: Pixels, format: str, alpha: Pixels | None = None, grey: bool = False, **said: object) -> Photo:
    metadata = Metadata(format, **said)  # type: ignore[arg-type]
    return Photo(pixels, alpha, format, grey, metadata.icc, metadata, Path("made"))


def made(format: str, pixels: Pixels | None = None, **options: object) -> bytes:
    """What the library writes by itself."""
    image = Image.fromarray(smooth() if pixels is None else pixels)
    file = io.BytesIO()
    if format == "AVIF":
        image.save(file, "AVIF", **options)
    else:
        pillow_heif.from_pillow(image).save(file, **options)
    return file.getvalue()


def changed(
    data: bytes,
    items: Sequence[NewItem] = (),
    references: Sequence[tuple[str, int]] = (),
    properties: Sequence[Property] = (),
) -> bytes:
    """The file with more items, numbered from 10 on, with references of theirs, and more properties of its primary."""
    container = boxes.read(io.BytesIO(data))
    new = {n: NewItem(item, container.data(n), container.is_in_meta(n)) for n, item in container.items.items()}
    primary = new[container.primary].item
    new[container.primary] = new[container.primary]._replace(
        item=replace(primary, properties=(*primary.properties, *properties))
    )
    new |= dict(enumerate(items, 10))
    more = [Reference(kind, number, (container.primary,)) for kind, number in references]
    file = io.BytesIO()
    box_writing.write(file, data[8 : int.from_bytes(data[:4])], container.primary, new, [*container.references, *more])
    return file.getvalue()


def layer(kind: bytes) -> NewItem:
    """A picture that belongs to another, too broken to be decoded."""
    return NewItem(Item("hvc1", (), True, (Property("auxC", kind),)), b"none")
