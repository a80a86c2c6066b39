"""Make HEIF and AVIF files: by the libraries, and with items, references and properties added to those."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from uegan_cli.photo.bmff.item_reader import read_container
from uegan_cli.photo.bmff.item_writer import write_items
from uegan_cli.photo.bmff.items import Container, Item, ItemProperty, NewItem, Reference, copy_item
from uegan_cli.photo.photo import Metadata, Photo, Pixels

DEPTH = b"\0\0\0\0urn:mpeg:hevc:2015:auxid:2\0"
GAIN_MAP = b"\0\0\0\0urn:com:apple:photo:2020:aux:hdrgainmap\0"
FIRST_ADDED = 10
"""The number of the first item that `add_items` adds."""


def smooth(height: int = 66, width: int = 98) -> Pixels:
    """H x W x 3, every corner different."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 250 // width, y * 250 // height, (x + y) * 250 // (width + height)], axis=-1).astype(np.uint8)


def photo_of(pixels: Pixels, format: str, alpha: Pixels | None = None, grey: bool = False, **fields: object) -> Photo:
    """A photo whose metadata have these fields."""
    metadata = Metadata(format, **fields)  # type: ignore[arg-type]
    return Photo(pixels, alpha, format, grey, metadata.icc, metadata, Path("made"))


def encode(format: str, pixels: Pixels | None = None, **options: object) -> bytes:
    """A file as the library writes it by itself."""
    image = Image.fromarray(smooth() if pixels is None else pixels)
    file = io.BytesIO()
    if format == "AVIF":
        image.save(file, "AVIF", **options)
    else:
        pillow_heif.from_pillow(image).save(file, **options)
    return file.getvalue()


def open_items(data: bytes) -> Container:
    return read_container(io.BytesIO(data))


def add_items(
    data: bytes,
    items: Sequence[NewItem] = (),
    references: Sequence[tuple[str, int]] = (),
    properties: Sequence[ItemProperty] = (),
) -> bytes:
    """Add items, numbered from `FIRST_ADDED` on, references from items to the primary, and properties of the primary.

    references: the type and source of each.
    """
    container = open_items(data)
    new = {number: copy_item(container, number) for number in container.items}
    primary = new[container.primary].item
    new[container.primary] = new[container.primary]._replace(
        item=replace(primary, properties=(*primary.properties, *properties))
    )
    new |= dict(enumerate(items, FIRST_ADDED))
    added = [Reference(type, number, (container.primary,)) for type, number in references]
    file = io.BytesIO()
    ftyp = data[8 : int.from_bytes(data[:4])]
    write_items(file, ftyp, container.primary, new, [*container.references, *added])
    return file.getvalue()


def auxiliary_picture(type: bytes) -> NewItem:
    """A picture that belongs to another, too broken to be decoded. type: payload of its "auxC" property."""
    return NewItem(Item("hvc1", (), True, (ItemProperty("auxC", type),)), b"none")


def psnr(one: Pixels, other: Pixels) -> float:
    """Peak signal-to-noise ratio in dB; the largest value of the type is the peak."""
    largest = float(np.iinfo(one.dtype).max)
    return float(10 * np.log10(largest**2 / max(1e-9, np.mean((one.astype(float) - other) ** 2))))
