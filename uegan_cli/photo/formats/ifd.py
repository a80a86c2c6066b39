"""The structure of TIFF files (TIFF 6.0, BigTIFF): directories of tagged values, taken apart and put together.

TIFF, Exif blocks and most camera raws share it. Nothing here knows of pixels.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, NamedTuple

BYTE, SHORT, LONG, RATIONAL, UNDEFINED, IFD, LONG8, SLONG8, IFD8 = 1, 3, 4, 5, 7, 13, 16, 17, 18
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of one value, by its kind."""

_INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_NARROW = {LONG8: LONG, SLONG8: 9, IFD8: IFD}
"""The kinds that BigTIFF alone has, and what other files have for them."""

_MAGIC = {b"*\0", b"+\0", b"U\0", b"RO", b"RS"}
"""TIFF, BigTIFF, Panasonic's and Olympus's raws, little-endian."""

EXIF, GPS, INTEROP, MAKER_NOTE = 0x8769, 0x8825, 0xA005, 0x927C
COMPRESSION, PHOTOMETRIC, SUB_IFDS = 0x0103, 0x0106, 0x014A

_MOST_BELOW = 256
"""Directories that a directory may point to; more are nonsense."""

_RAW_TAGS = {0xC612, 0x828D, 0x828E}
"""DNG's version; the pattern of the colour filters."""

_RAW_PHOTOMETRIC = {32803, 34892}
"""One colour a pixel, and DNG's linear raw."""

_RAW_COMPRESSION = {32767, 32770, 34316, 34713, 65000, 65535}
"""Sony, Samsung, Panasonic, Nikon, Kodak, Pentax."""

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

HEADER = 8
"""Bytes of the header of all but BigTIFFs."""


class Entry(NamedTuple):
    """One entry of a directory in a file.

    kind: how each of its `values` values is stored, a key of `SIZES`, or something newer.
    start, length: the range of the file that its value takes; broken entries name ranges beyond the end.
    inline: the value is in the directory itself. raw: the directory's last 4 (BigTIFF: 8) bytes for it, the value or
    its offset.
    """

    tag: int
    kind: int
    values: int
    start: int
    length: int
    inline: bool
    raw: bytes


@dataclass(frozen=True)
class Directory:
    """A directory in a file: the range [start, end) it takes, its pointer to the next one included.

    link: where that pointer is. next: what it says, 0 for none.
    """

    start: int
    end: int
    link: int
    next: int
    entries: tuple[Entry, ...]

    def get(self, tag: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.tag == tag), None)


class Tiff:
    """An open file of this structure.

    order: struct's sign for the byte order. magic: its two bytes, as if little-endian. big: BigTIFF. word: bytes of an
    offset. first: where the first directory is. size: the file's bytes.

    All but `integer` raise ValueError for what makes no sense: offsets beyond the end, directories in circles.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        head = self.read(0, 4) if self.size >= 8 else b""
        self.order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        self.magic = head[2:] if self.order == "<" else head[:1:-1]
        if not self.order or self.magic not in _MAGIC:
            raise ValueError("no TIFF header")
        self.big = self.magic == b"+\0"
        self.word = 8 if self.big else 4
        self.first = self.offset(8 if self.big else 4)

    def read(self, start: int, length: int) -> bytes:
        """`length` bytes of the file, all of them."""
        if start + length > self.size:
            raise ValueError(f"{length} bytes at {start} are beyond the file's end")
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) < length:
            raise ValueError("the file has shrunk")
        return data

    def offset(self, position: int) -> int:
        """The offset that is stored at `position`."""
        (value,) = struct.unpack(self.order + ("Q" if self.big else "I"), self.read(position, self.word))
        return int(value)

    def directory(self, start: int) -> Directory:
        shape = self.order + ("HHQ8s" if self.big else "HHI4s")
        counter, size = (8, 20) if self.big else (2, 12)
        (count,) = struct.unpack(self.order + ("Q" if self.big else "H"), self.read(start, counter))
        first, link = start + counter, start + counter + count * size
        rows = struct.iter_unpack(shape, self.read(first, count * size))
        ends = range(first + size, link + 1, size)
        entries = tuple(
            self._entry(tag, kind, n, raw, end) for (tag, kind, n, raw), end in zip(rows, ends, strict=True)
        )
        # Some writers leave out the last pointer where the file ends.
        whole = link + self.word <= self.size
        return Directory(start, link + self.word if whole else link, link, self.offset(link) if whole else 0, entries)

    def _entry(self, tag: int, kind: int, values: int, raw: bytes, end: int) -> Entry:
        length = SIZES[kind] * values if kind in SIZES else self.word
        if length <= self.word:
            return Entry(tag, kind, values, end - self.word, length, True, raw)
        (start,) = struct.unpack(self.order + ("Q" if self.big else "I"), raw)
        return Entry(tag, kind, values, start, length, False, raw)

    def chain(self, start: int | None = None) -> Iterator[Directory]:
        """The directory at `start` (the first one without it) and all that follow it."""
        start = self.first if start is None else start
        seen = 0
        while start:
            found = self.directory(start)
            # In an honest file no two share a byte, so one that leads in circles is told by what was read.
            seen += found.end - found.start
            if seen > self.size:
                raise ValueError("its directories lead in circles")
            yield found
            start = found.next

    def subdirectories(self, entry: Entry | None) -> list[Directory]:
        """The directories that `entry` points to, without those that follow them."""
        offsets = set(self.integers(entry)) if entry else set()
        if 2 * len(offsets) > self.size:
            raise ValueError("more directories than the file can hold")
        return [self.directory(offset) for offset in sorted(offsets)]

    def value(self, entry: Entry) -> bytes:
        """The bytes of the value, as they are in the file."""
        return self.read(entry.start, entry.length)

    def integers(self, entry: Entry | None) -> tuple[int, ...]:
        """The value as whole numbers; none for what is not whole numbers or not there."""
        if entry is None or entry.kind not in _INTEGERS:
            return ()
        return struct.unpack(f"{self.order}{entry.values}{_INTEGERS[entry.kind]}", self.value(entry))

    def integer(self, directory: Directory, tag: int, default: int = 0) -> int:
        """The first of the whole numbers of a tag; `default` where there is none, or none that can be read."""
        try:
            return next(iter(self.integers(directory.get(tag))), default)
        except ValueError:
            return default

    def rational(self, directory: Directory, tag: int) -> float | None:
        """An unsigned fraction; None where there is none or its denominator is zero."""
        entry = directory.get(tag)
        if entry is None or entry.kind != RATIONAL or entry.values < 1:
            return None
        above, below = struct.unpack(self.order + "II", self.value(entry)[:8])
        return above / below if below else None


def pictures(tiff: Tiff) -> list[Directory]:
    """Every directory that holds a picture: the chain, and what those in it point to; as far as it makes sense."""
    found: dict[int, Directory] = {}
    waiting, room = [tiff.first], tiff.size
    while waiting and room > 0:
        start = waiting.pop(0)
        try:
            if not start or start in found:
                continue
            found[start] = directory = tiff.directory(start)
            waiting += [directory.next, *tiff.integers(directory.get(SUB_IFDS))[:_MOST_BELOW]]
            room -= directory.end - directory.start
        except ValueError:
            continue
    return list(found.values())


def is_camera_raw(file: BinaryIO) -> bool:
    """Whether a file of this structure holds what a sensor saw, and no finished picture."""
    try:
        tiff = Tiff(file)
        if tiff.magic not in (b"*\0", b"+\0") or tiff.read(8, 4) in (b"CR\2\0", b"IIII", b"MMMM"):
            return True
        return any(_is_raw(tiff, directory) for directory in pictures(tiff))
    except ValueError:
        return False


def _is_raw(tiff: Tiff, directory: Directory) -> bool:
    return (
        any(entry.tag in _RAW_TAGS for entry in directory.entries)
        or tiff.integer(directory, PHOTOMETRIC) in _RAW_PHOTOMETRIC
        or tiff.integer(directory, COMPRESSION) in _RAW_COMPRESSION
    )


class Field(NamedTuple):
    """An entry to write.

    data: its values, in the byte order of the file; or, where they are in the file already, their offset, as the 4 or 8
    bytes that go into the directory.
    """

    tag: int
    kind: int
    values: int
    data: bytes


def integers(order: str, tag: int, kind: int, *values: int) -> Field:
    return Field(tag, kind, len(values), struct.pack(f"{order}{len(values)}{_INTEGERS[kind]}", *values))


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
    hole = (said.note_at or 0, (said.note_at or 0) + _even(len(note.data))) if note else (0, 0)
    starts, end = _places(sizes, hole)
    note_start = hole[0] if hole[0] >= HEADER else end
    file = bytearray(max(end, note_start + len(note.data) if note else 0))
    file[:HEADER] = header(said.order, False, starts[0])
    places = {id(branch): start for branch, start in zip(branches, starts, strict=True)}
    for branch, start in zip(branches, starts, strict=True):
        pointers = [integers(said.order, tag, LONG, places[id(lower)]) for tag, lower in branch.below.items()]
        at = struct.pack(said.order + "I", note_start)
        fields = [f._replace(data=at) if _is_note(f) else f for f in branch.fields]
        data = directory(said.order, False, [*fields, *pointers], start)
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
    values = sum(_even(len(f.data)) for f in branch.fields if len(f.data) > 4 and not _is_note(f))
    return 6 + 12 * (len(branch.fields) + len(branch.below)) + values


def _even(length: int) -> int:
    return length + length % 2


def _places(sizes: list[int], hole: tuple[int, int]) -> tuple[list[int], int]:
    """Where things of these sizes go, and where they end; none is put into the hole, if it is not in the header."""
    places, before, after = [], HEADER, max(HEADER, _even(hole[1]))
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


def header(order: str, big: bool, first: int) -> bytes:
    """The file's first 8 or, in a BigTIFF, 16 bytes, which point to the first directory."""
    sign = b"II" if order == "<" else b"MM"
    return sign + (struct.pack(order + "HHHQ", 43, 8, 0, first) if big else struct.pack(order + "HI", 42, first))


def directory(order: str, big: bool, fields: Sequence[Field], start: int, following: int = 0) -> bytes:
    """A directory that goes to `start`, its longer values right after it. following: where the next one is."""
    word, number = (8, "Q") if big else (4, "I")
    rows, values = [], bytearray()
    at = start + (16 + 20 * len(fields) if big else 6 + 12 * len(fields))
    for tag, kind, count, data in sorted(fields):
        raw = data.ljust(word, b"\0")
        if len(data) > word:
            raw = struct.pack(order + number, at + len(values))
            values += data.ljust(_even(len(data)), b"\0")
        rows.append(struct.pack(order + "HH" + number, tag, kind, count) + raw)
    counter = struct.pack(order + ("Q" if big else "H"), len(fields))
    return counter + b"".join(rows) + struct.pack(order + number, following) + values
