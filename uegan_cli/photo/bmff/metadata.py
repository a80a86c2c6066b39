"""Read the metadata of HEIF and AVIF files (ISO/IEC 23008-12, 23000-22).

The orientation is that of the container. Exif's does not count, and is carried over as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from ...errors import PhotoError
from ..photo import Metadata, Segment
from .box_reader import read_boxes
from .encoding import EXIF_PREFIX, read_encoding
from .item_reader import read_container
from .items import Container
from .properties import KEPT_TYPES, ORIENTATION_TYPES, profile_of_codes, read_icc_profile, read_orientation

XMP_TEXTS = (b"application/rdf+xml", b"")
"""Content type and encoding of an item with an XMP packet."""

_METADATA_TYPES = ("mime", "uri ")
_TIFF_HEADERS = (b"II*\0", b"MM\0*")
_MAX_EXIF_PREFIX = 64
"""Bytes that are searched for an Exif block if it is not where its prefix says."""


def read_file_metadata(file: BinaryIO, format: str) -> Metadata:
    """Read everything but the pixels; a broken file has no metadata. format: "HEIF" or "AVIF"."""
    try:
        return read_container_metadata(read_container(file), format)
    except (ValueError, PhotoError):
        return Metadata(format)


def open_container(file: BinaryIO) -> Container:
    """Read the items of a file; raises PhotoError for a video or a sequence without a still."""
    types = {box.type for box in read_boxes(file)}
    if "moov" in types and "meta" not in types:
        raise PhotoError("a video or an image sequence; export a frame as a still")
    return read_container(file)


def read_container_metadata(container: Container, format: str) -> Metadata:
    """Read everything but the pixels; `encoding` is an `ItemEncoding` without its quantiser."""
    primary = container.primary_item
    exif_items, xmp_items, others = _find_metadata_items(container)
    prefix, block = _split_exif(container.read_data(exif_items[0])) if exif_items else (EXIF_PREFIX, None)
    turns = tuple(p for p in primary.properties if p.type in ORIENTATION_TYPES)
    encoding = replace(read_encoding(container), turns=turns, exif_prefix=prefix)
    kept = [Segment(p.type, p.data) for p in primary.properties if p.type in KEPT_TYPES]
    profile = read_icc_profile(primary)
    return Metadata(
        format=format,
        exif=block,
        xmp=container.read_data(xmp_items[0]) if xmp_items else None,
        icc=profile,
        implied=None if profile else profile_of_codes(encoding.colours),
        orientation=read_orientation(turns),
        segments=(*kept, *(_to_segment(container, item) for item in (*exif_items[1:], *xmp_items[1:], *others))),
        encoding=encoding,
    )


def _find_metadata_items(container: Container) -> tuple[list[int], list[int], list[int]]:
    """Find the items with Exif, with XMP, and with other metadata, that do not belong to other pictures only."""
    of_others = {r.source for r in container.references if r.type == "cdsc" and container.primary not in r.targets}
    own = {number: item for number, item in container.items.items() if number not in of_others}
    exif_items = [number for number, item in own.items() if item.type == "Exif"]
    xmp_items = [number for number, item in own.items() if item.type == "mime" and item.texts == XMP_TEXTS]
    taken = {*exif_items, *xmp_items}
    return exif_items, xmp_items, [n for n, item in own.items() if item.type in _METADATA_TYPES and n not in taken]


def _to_segment(container: Container, number: int) -> Segment:
    """Return a metadata item as a segment, named by its type and texts, joined with zeros."""
    item = container.items[number]
    texts = (text.decode("latin-1") for text in item.texts)
    return Segment("\0".join([item.type, *texts]), container.read_data(number))


def _split_exif(data: bytes) -> tuple[bytes, bytes | None]:
    """Split the data of an Exif item into prefix and block; without a TIFF header, all after 4 bytes is the block."""
    start = 4 + int.from_bytes(data[:4])
    if data[start : start + 4] not in _TIFF_HEADERS:
        found = [at for at in map(data[:_MAX_EXIF_PREFIX].find, _TIFF_HEADERS) if at >= 0]
        start = min(found, default=min(4, len(data)))
    return data[:start], data[start:] or None
