"""Maker notes of raws: bring back one that Adobe's DNG Converter put away, and lighten Canon's.

Makers count the offsets in their notes from somewhere in the file, so a note stays valid only at its old offset and in
its old byte order.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import NamedTuple

from ..tiff.exif_builder import DirectoryTree, ExifContent
from ..tiff.field_types import VALUE_SIZES, FieldType
from ..tiff.ifd_writer import Field
from ..tiff.tag_numbers import CanonTag, Tag

_DEVELOPER_TAGS = (CanonTag.CRW_PARAM, CanonTag.FLAVOR)
"""Parameters of Canon's raw developer."""


class MakerNote(NamedTuple):
    """A maker note: its byte order ("<" or ">"), its offset in the file it is from, its bytes."""

    order: str
    start: int
    data: bytes


def read_adobe_note(private_data: bytes) -> MakerNote | None:
    """Find the original maker note in DNGPrivateData as Adobe's DNG Converter writes it; None if it is not there."""
    at = 6
    while private_data.startswith(b"Adobe\0") and at + 14 <= len(private_data):
        name, length, sign, offset = struct.unpack_from(">4sI2sI", private_data, at)
        if name == b"MakN" and sign in (b"II", b"MM"):
            return MakerNote("<" if sign == b"II" else ">", offset, private_data[at + 14 : at + 8 + length])
        at += 8 + length + length % 2
    return None


def add_maker_note(content: ExifContent, note: MakerNote) -> ExifContent:
    """Add a maker note, with everything else in the byte order of the note; content that has a note is unchanged."""
    root = content.root if content.order == note.order else _swap_byte_order(content.root)
    exif = root.children.get(Tag.EXIF_IFD, DirectoryTree())
    if exif.get(Tag.MAKER_NOTE):
        return content
    exif = exif.with_fields([Field(Tag.MAKER_NOTE, FieldType.UNDEFINED, len(note.data), note.data)])
    return ExifContent(note.order, DirectoryTree(root.fields, {**root.children, Tag.EXIF_IFD: exif}), note.start)


def _swap_byte_order(tree: DirectoryTree) -> DirectoryTree:
    fields = tuple(field._replace(data=_swap_values(field)) for field in tree.fields)
    return DirectoryTree(fields, {tag: _swap_byte_order(child) for tag, child in tree.children.items()})


def _swap_values(field: Field) -> bytes:
    fraction = field.type in (FieldType.RATIONAL, FieldType.SRATIONAL)
    width = VALUE_SIZES[field.type] // (2 if fraction else 1)
    data = field.data
    return b"".join(data[start : start + width][::-1] for start in range(0, len(data), width))


def lighten_canon_note(content: ExifContent) -> ExifContent:
    """Remove the parameters of Canon's raw developer from a maker note of Canon, which take some 60 kB of it.

    Content with another maker's note, or none, is unchanged. Raises struct.error for a broken note.
    """
    exif = content.root.children.get(Tag.EXIF_IFD, DirectoryTree())
    make, note = content.root.get(Tag.MAKE), exif.get(Tag.MAKER_NOTE)
    if note is None or content.maker_note_start is None or make is None or not make.data.startswith(b"Canon"):
        return content
    lighter = _remove_developer_parameters(note.data, content.order, content.maker_note_start)
    exif = exif.with_fields([note._replace(value_count=len(lighter), data=lighter)])
    return replace(content, root=DirectoryTree(content.root.fields, {**content.root.children, Tag.EXIF_IFD: exif}))


def _remove_developer_parameters(note: bytes, order: str, base: int) -> bytes:
    """Remove `_DEVELOPER_TAGS` from a maker note: a directory whose offsets count from `base` bytes before it."""
    (count,) = struct.unpack_from(order + "H", note)
    end = 2 + 12 * count
    rows = [list(row) for row in struct.iter_unpack(order + "HHII", note[2:end])]
    removed = [(at - base, VALUE_SIZES.get(type, 0) * n) for tag, type, n, at in rows if tag in _DEVELOPER_TAGS]
    values = note[end + 4 :]
    for start, length in sorted(removed, reverse=True):
        values = values[: start - end - 4] + values[start + length - end - 4 :]
    kept = [row for row in rows if row[0] not in _DEVELOPER_TAGS]
    for row in kept:
        if VALUE_SIZES.get(row[1], 0) * row[2] > 4:
            row[3] -= sum(length for start, length in removed if start < row[3] - base)
    directory = struct.pack(order + "H", len(kept)) + b"".join(struct.pack(order + "HHII", *row) for row in kept)
    return directory + note[end : end + 4] + bytes(end - len(directory)) + values
