"""What a TIFF says of the photo, without its picture: the Exif block of a JPEG, built anew."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from . import ifd
from .ifd import EXIF, GPS, HEADER, INTEROP, LONG, MAKER_NOTE, SIZES, Directory, Entry, Field, Tiff, even, integers

_NARROW = {ifd.LONG8: LONG, ifd.SLONG8: 9, ifd.IFD8: ifd.IFD}
"""The kinds that BigTIFF alone has, and what other files have for them."""

DESCRIPTIVE = frozenset(
    (
        *(0x010D, 0x010E, 0x010F, 0x0110, 0x0112, 0x011A, 0x011B, 0x011D, 0x0128, 0x0129),  # names, camera, resolution
        *(0x0131, 0x0132, 0x013B, 0x013C, 0x013E, 0x013F, 0x4746, 0x4749, 0x8298),  # software to rating and copyright
        *range(0x9C9B, 0x9CA0),  # Windows' title, comment, author, keywords and subject
        *(0x829A, 0x829D, 0x8822, 0x8827, 0x9003, 0x9004),  # TIFF/EP says here what Exif says in its own directory
        *(0x9201, 0x9202, 0x9203, 0x9204, 0x9205, 0x9206, 0x9207, 0x9208, 0x9209, 0x920A),
        *(0x9211, 0xC4A5, 0xC614, 0xC615, 0xC62F, 0xC630, 0xC68B),  # PrintIM; DNG: model, serial number, lens, names
    )
)
"""Tags of the first directory that describe the photo, and not how its picture is stored."""

EXIF_LIMIT = 65527
"""Bytes of the longest Exif block that a JPEG can hold."""


@dataclass(frozen=True)
class Branch:
    """A directory to write. below: the directories that it points to, by the tag of the pointer."""

    fields: tuple[Field, ...] = ()
    below: dict[int, Branch] = field(default_factory=dict)

    def having(self, fields: Sequence[Field]) -> Branch:
        """The same with `fields` in the place of those of the same tags."""
        new = {f.tag: f for f in (*self.fields, *fields)}
        return Branch(tuple(new[tag] for tag in sorted(new)), self.below)


@dataclass(frozen=True)
class Description:
    """What a file says of the photo, in the byte order `order`: its first directory and those below.

    note_at: where the maker note is in its file. Makers count offsets from the start of the file and tell nobody which,
    so in a new file the note goes to the same place if it can.
    """

    order: str
    root: Branch
    note_at: int | None = None


def description(tiff: Tiff, directory: Directory) -> Description:
    """What `directory`, the first one of `tiff`, says of the photo; values that are broken are left out."""
    below, note_at = {}, None
    if exif := _sub(tiff, directory, EXIF):
        interop = _sub(tiff, exif, INTEROP)
        below[EXIF] = Branch(fields_of(tiff, exif), {INTEROP: Branch(fields_of(tiff, interop))} if interop else {})
        note = exif.get(MAKER_NOTE)
        note_at = note.start if note and not note.inline else None
    if gps := _sub(tiff, directory, GPS):
        below[GPS] = Branch(fields_of(tiff, gps))
    fields = tuple(field for field in fields_of(tiff, directory) if field.tag in DESCRIPTIVE)
    return Description(tiff.order, Branch(fields, below), note_at)


def _sub(tiff: Tiff, directory: Directory, tag: int) -> Directory | None:
    try:
        start = tiff.integer(directory, tag)
        return tiff.directory(start) if start else None
    except ValueError:
        return None


def fields_of(tiff: Tiff, directory: Directory) -> tuple[Field, ...]:
    """The entries with their values, without pointers to other directories; kinds as in small files."""
    fields = []
    room = tiff.size
    for entry in {entry.tag: entry for entry in reversed(directory.entries)}.values():
        # Values do not overlap in honest files, so all of them together are no longer than the file.
        if entry.tag in (EXIF, GPS, INTEROP) or entry.kind not in SIZES or entry.length > room:
            continue
        try:
            fields.append(_narrowed(tiff, entry))
        except (ValueError, struct.error):
            continue
        room -= entry.length
    return tuple(sorted(fields))


def _narrowed(tiff: Tiff, entry: Entry) -> Field:
    if entry.kind in _NARROW:
        return integers(tiff.order, entry.tag, _NARROW[entry.kind], *tiff.integers(entry))
    return Field(entry.tag, entry.kind, entry.values, tiff.value(entry))


def exif_block(
    tiff: Tiff, limit: int = EXIF_LIMIT, replaced: Sequence[Field] = (), root: Directory | None = None
) -> bytes | None:
    """The Exif block that says what `root` (the first directory of `tiff`) says of the photo; None if it says nothing.

    That is all but the picture and what belongs to it: thumbnails, calibration, and blocks that are no Exif (XMP, ICC,
    IPTC, Photoshop's). The maker note keeps its bytes, and its distance from the start, too, where the block then has
    at most `limit` bytes. Without that it may still have more: where there is more to say.

    replaced: fields of that directory, in the byte order of `tiff`, in the place of its own.
    """
    said = description(tiff, root or tiff.directory(tiff.first))
    branch = said.root.having(replaced)
    if not branch.fields and not branch.below:
        return None
    block = build(replace(said, root=branch))
    return block if len(block) <= limit else build(Description(said.order, branch))


def without_note(block: bytes) -> bytes:
    """The Exif block anew, without its maker note and its thumbnail; raises ValueError where no note is found."""
    tiff = Tiff(io.BytesIO(block))
    root = description(tiff, tiff.directory(tiff.first)).root
    photo = root.below.get(EXIF, Branch())
    silent = Branch(tuple(f for f in photo.fields if f.tag != MAKER_NOTE), photo.below)
    if len(silent.fields) == len(photo.fields):
        raise ValueError("no maker note")
    return build(Description(tiff.order, Branch(root.fields, {**root.below, EXIF: silent})))


def build(said: Description) -> bytes:
    """A whole file that says no more than this."""
    branches = list(_walk(said.root))
    note = next((f for branch in branches for f in branch.fields if _is_note(f)), None)
    sizes = [_size(branch) for branch in branches]
    hole = (said.note_at or 0, (said.note_at or 0) + even(len(note.data))) if note else (0, 0)
    starts, end = _places(sizes, hole)
    note_start = hole[0] if hole[0] >= HEADER else end
    file = bytearray(max(end, note_start + len(note.data) if note else 0))
    file[:HEADER] = ifd.header(said.order, False, starts[0])
    places = {id(branch): start for branch, start in zip(branches, starts, strict=True)}
    for branch, start in zip(branches, starts, strict=True):
        pointers = [integers(said.order, tag, LONG, places[id(lower)]) for tag, lower in branch.below.items()]
        at = struct.pack(said.order + "I", note_start)
        fields = [f._replace(data=at) if _is_note(f) else f for f in branch.fields]
        data = ifd.directory(said.order, False, [*fields, *pointers], start)
        file[start : start + len(data)] = data
    if note:
        file[note_start : note_start + len(note.data)] = note.data
    return bytes(file)


def _walk(branch: Branch) -> Iterator[Branch]:
    yield branch
    for lower in branch.below.values():
        yield from _walk(lower)


def _is_note(field: Field) -> bool:
    return field.tag == MAKER_NOTE and len(field.data) > 4


def _size(branch: Branch) -> int:
    values = sum(even(len(f.data)) for f in branch.fields if len(f.data) > 4 and not _is_note(f))
    return 6 + 12 * (len(branch.fields) + len(branch.below)) + values


def _places(sizes: list[int], hole: tuple[int, int]) -> tuple[list[int], int]:
    """Where things of these sizes go, and where they end; none is put into the hole, if it is not in the header."""
    places, before, after = [], HEADER, max(HEADER, even(hole[1]))
    if hole[0] < HEADER:
        hole, after = (1 << 32, 0), HEADER
    for size in sizes:
        if before + size <= hole[0]:
            places.append(before)
            before += size
        else:
            places.append(after)
            after += size
    return places, max(before, after)
