"""Build Exif blocks (CIPA DC-008) from the descriptive tags of TIFF structures.

A block is read into a tree of directories, changed there, and written anew.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..byte_ranges import ByteRange
from .field_types import CLASSIC_TYPES, VALUE_SIZES, FieldType
from .ifd_reader import Directory, IfdEntry, Tiff
from .ifd_writer import Field, build_directory, build_header, even, header_size, integer_field
from .tag_numbers import Tag

DESCRIPTIVE_TAGS = frozenset(
    (
        *(Tag.DOCUMENT_NAME, Tag.IMAGE_DESCRIPTION, Tag.MAKE, Tag.MODEL, Tag.ORIENTATION, Tag.X_RESOLUTION),
        *(Tag.Y_RESOLUTION, Tag.PAGE_NAME, Tag.RESOLUTION_UNIT, Tag.PAGE_NUMBER, Tag.SOFTWARE, Tag.DATE_TIME),
        *(Tag.ARTIST, Tag.HOST_COMPUTER, Tag.WHITE_POINT, Tag.PRIMARY_CHROMATICITIES, Tag.RATING, Tag.RATING_PERCENT),
        *(Tag.COPYRIGHT, Tag.WINDOWS_TITLE, Tag.WINDOWS_COMMENT, Tag.WINDOWS_AUTHOR, Tag.WINDOWS_KEYWORDS),
        *(Tag.WINDOWS_SUBJECT, Tag.PRINT_IM),
        # TIFF/EP has these in the first directory, Exif in its own.
        *(Tag.EXPOSURE_TIME, Tag.F_NUMBER, Tag.EXPOSURE_PROGRAM, Tag.ISO, Tag.DATE_TIME_ORIGINAL),
        *(Tag.DATE_TIME_DIGITIZED, Tag.SHUTTER_SPEED, Tag.APERTURE, Tag.BRIGHTNESS, Tag.EXPOSURE_BIAS),
        *(Tag.MAX_APERTURE, Tag.SUBJECT_DISTANCE, Tag.METERING_MODE, Tag.LIGHT_SOURCE, Tag.FLASH, Tag.FOCAL_LENGTH),
        *(Tag.IMAGE_NUMBER, Tag.UNIQUE_CAMERA_MODEL, Tag.LOCALIZED_CAMERA_MODEL, Tag.CAMERA_SERIAL_NUMBER),
        *(Tag.LENS_INFO, Tag.ORIGINAL_RAW_FILE_NAME),
    )
)
"""Tags of the first directory that describe the photo, not how its picture is stored."""

MAX_JPEG_EXIF_SIZE = 65527
"""Bytes of the longest Exif block that a JPEG can hold."""

_POINTERS = (Tag.EXIF_IFD, Tag.GPS_IFD, Tag.INTEROP_IFD)
_HEADER_SIZE = header_size(big=False)


@dataclass(frozen=True)
class DirectoryTree:
    """A directory to write. children: the directories that it points to, by the tag of the pointer."""

    fields: tuple[Field, ...] = ()
    children: dict[int, DirectoryTree] = field(default_factory=dict)

    def with_fields(self, fields: Sequence[Field]) -> DirectoryTree:
        """Return the tree with `fields` added; they replace fields of the same tags."""
        new = {f.tag: f for f in (*self.fields, *fields)}
        return DirectoryTree(tuple(new[tag] for tag in sorted(new)), self.children)

    def get(self, tag: int) -> Field | None:
        """Return the field of a tag."""
        return next((f for f in self.fields if f.tag == tag), None)


@dataclass(frozen=True)
class ExifContent:
    """The content of an Exif block: its byte order ("<" or ">"), its first directory and those below.

    maker_note_start: the offset of the maker note in the file it is from. Makers count offsets from an
        undocumented point of the file, so a new file has the note at the same offset if possible.
    """

    order: str
    root: DirectoryTree
    maker_note_start: int | None = None


def read_content(tiff: Tiff, directory: Directory) -> ExifContent:
    """Read the description of the photo in `directory`, the first one of `tiff`; broken values are left out."""
    children: dict[int, DirectoryTree] = {}
    note_start = None
    if exif := _child(tiff, directory, Tag.EXIF_IFD):
        below: dict[int, DirectoryTree] = {}
        if interop := _child(tiff, exif, Tag.INTEROP_IFD):
            below[Tag.INTEROP_IFD] = DirectoryTree(read_fields(tiff, interop))
        children[Tag.EXIF_IFD] = DirectoryTree(read_fields(tiff, exif), below)
        note = exif.get(Tag.MAKER_NOTE)
        note_start = note.start if note and not note.inline else None
    if gps := _child(tiff, directory, Tag.GPS_IFD):
        children[Tag.GPS_IFD] = DirectoryTree(read_fields(tiff, gps))
    fields = tuple(field for field in read_fields(tiff, directory) if field.tag in DESCRIPTIVE_TAGS)
    return ExifContent(tiff.order, DirectoryTree(fields, children), note_start)


def _child(tiff: Tiff, directory: Directory, tag: int) -> Directory | None:
    try:
        start = tiff.integer(directory, tag)
        return tiff.directory(start) if start else None
    except ValueError:
        return None


def read_fields(tiff: Tiff, directory: Directory) -> tuple[Field, ...]:
    """Read the fields of a directory, sorted, without pointers to other directories and without broken values.

    BigTIFF's own types become their classic counterparts.
    """
    fields = []
    bytes_left = tiff.size
    for entry in {entry.tag: entry for entry in reversed(directory.entries)}.values():
        # Values do not overlap in an honest file, so all of them together are no longer than the file.
        if entry.tag in _POINTERS or entry.type not in VALUE_SIZES or entry.length > bytes_left:
            continue
        try:
            fields.append(_read_field(tiff, entry))
        except (ValueError, struct.error):
            continue
        bytes_left -= entry.length
    return tuple(sorted(fields))


def _read_field(tiff: Tiff, entry: IfdEntry) -> Field:
    if entry.type in CLASSIC_TYPES:
        return integer_field(tiff.order, entry.tag, CLASSIC_TYPES[entry.type], *tiff.integers(entry))
    return Field(entry.tag, entry.type, entry.value_count, tiff.value(entry))


def build_from_tiff(
    tiff: Tiff, limit: int = MAX_JPEG_EXIF_SIZE, replaced: Sequence[Field] = (), root: Directory | None = None
) -> bytes | None:
    """Build the Exif block with the description of the photo in `root`; None if there is none.

    It leaves out the picture with its thumbnails and calibration, and the blocks that are not Exif (XMP, ICC, IPTC,
    Photoshop's). The maker note keeps its bytes, and its offset as well if the block then has at most
    `limit` bytes; a longer block is possible and left to the caller.

    root: a directory of `tiff`, by default its first. replaced: fields in the byte order of `tiff`, which replace those
    of the same tags in `root`.
    """
    content = read_content(tiff, root or tiff.directory(tiff.first))
    tree = content.root.with_fields(replaced)
    if not tree.fields and not tree.children:
        return None
    block = build(replace(content, root=tree))
    return block if len(block) <= limit else build(ExifContent(content.order, tree))


def remove_maker_note(block: bytes) -> bytes:
    """Build the Exif block anew without its maker note and thumbnail; raises ValueError if it has no maker note."""
    tiff = Tiff(io.BytesIO(block))
    root = read_content(tiff, tiff.directory(tiff.first)).root
    exif = root.children.get(Tag.EXIF_IFD, DirectoryTree())
    rest = DirectoryTree(tuple(f for f in exif.fields if f.tag != Tag.MAKER_NOTE), exif.children)
    if len(rest.fields) == len(exif.fields):
        raise ValueError("no maker note")
    return build(ExifContent(tiff.order, DirectoryTree(root.fields, {**root.children, Tag.EXIF_IFD: rest})))


def build(content: ExifContent) -> bytes:
    """Build the Exif block, which is a whole TIFF file, of some content."""
    trees = list(_walk(content.root))
    note = next((f for tree in trees for f in tree.fields if _is_outside_note(f)), None)
    wanted = content.maker_note_start or 0
    reserved = (wanted, wanted + even(len(note.data))) if note else (0, 0)
    starts, end = _place([_size(tree) for tree in trees], reserved)
    note_start = reserved[0] if reserved[0] >= _HEADER_SIZE else end
    block = bytearray(max(end, note_start + len(note.data) if note else 0))
    block[:_HEADER_SIZE] = build_header(content.order, False, starts[0])
    offsets = {id(tree): start for tree, start in zip(trees, starts, strict=True)}
    for tree, start in zip(trees, starts, strict=True):
        children = tree.children.items()
        pointers = [integer_field(content.order, tag, FieldType.LONG, offsets[id(child)]) for tag, child in children]
        note_offset = struct.pack(content.order + "I", note_start)
        fields = [f._replace(data=note_offset) if _is_outside_note(f) else f for f in tree.fields]
        data = build_directory(content.order, False, [*fields, *pointers], start)
        block[start : start + len(data)] = data
    if note:
        block[note_start : note_start + len(note.data)] = note.data
    return bytes(block)


def _walk(tree: DirectoryTree) -> Iterator[DirectoryTree]:
    yield tree
    for child in tree.children.values():
        yield from _walk(child)


def _is_outside_note(field: Field) -> bool:
    """Whether the field is a maker note that is too long for the directory itself."""
    return field.tag == Tag.MAKER_NOTE and len(field.data) > 4


def _size(tree: DirectoryTree) -> int:
    """Return the bytes of a directory and its values, without the maker note."""
    values = sum(even(len(f.data)) for f in tree.fields if len(f.data) > 4 and not _is_outside_note(f))
    return 6 + 12 * (len(tree.fields) + len(tree.children)) + values


def _place(sizes: list[int], reserved: ByteRange) -> tuple[list[int], int]:
    """Return offsets for parts of these sizes, none of them in the reserved range, and the end of the last part.

    A reserved range that begins in the header is ignored.
    """
    starts, before, after = [], _HEADER_SIZE, max(_HEADER_SIZE, even(reserved[1]))
    if reserved[0] < _HEADER_SIZE:
        reserved, after = (1 << 32, 0), _HEADER_SIZE
    for size in sizes:
        if before + size <= reserved[0]:
            starts.append(before)
            before += size
        else:
            starts.append(after)
            after += size
    return starts, max(before, after)
