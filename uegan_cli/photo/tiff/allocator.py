"""A new TIFF file with the parts of an old one in their places, and what is new between and after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from ...errors import OutputError
from ..byte_ranges import ByteRange, merge, subtract
from ..photo import Segment
from . import ifd
from .ifd import GPS, Field
from .structure import TiffEncoding, place_of


def still_needed(segments: Iterable[Segment], old: TiffEncoding, fields: Iterable[Field]) -> list[Segment]:
    """The segments without the values that `fields` replace or leave out."""
    kept = set(fields)
    position = GPS in {field.tag for field in kept}
    needed = [place for f in old.fields if f in kept and (place := place_of(f, old))]
    needed += [*old.exif, *(old.gps if position else ())]
    gone = [place for f in old.fields if f not in kept and (place := place_of(f, old))]
    gone += () if position else old.gps
    # What follows a value of odd length fills it up.
    filled = ((start, end + end % 2) for start, end in gone)
    cut = subtract(merge(filled, 0, 0, old.size), merge(needed, 0, 0, old.size))
    parts = []
    for segment in segments:
        at = int(segment.name)
        for start, end in subtract([(at, at + len(segment.data))], cut):
            parts.append(Segment(str(start), segment.data[start - at : end - at]))
    return parts


class Room:
    """A new file with the old parts in their places, and room between and after them."""

    def __init__(self, file: BinaryIO, old: TiffEncoding, segments: Iterable[Segment]) -> None:
        self._file, self._old = file, old
        self._end = 16 if old.big else ifd.HEADER
        self._free: list[ByteRange] = []
        for segment in segments:
            start = int(segment.name)
            self._free.append((self._end, start))
            self._end = start + len(segment.data)
            self._write(start, segment.data)

    def put(self, data: bytes) -> ByteRange:
        """Write something where it fits best, at the end if nowhere; where it is."""
        start = self._find(len(data))
        self._write(start, data)
        return start, start + len(data)

    def finish(self, fields: Sequence[Field]) -> None:
        """Write the directory, and the header that points to it."""
        order, big = self._old.order, self._old.big
        start = self._find(len(ifd.directory(order, big, fields, 0)))
        self._write(start, ifd.directory(order, big, fields, start))
        self._write(0, ifd.header(order, big, start))

    def _find(self, length: int) -> int:
        """An even offset with room for so many bytes, which is then taken."""
        fitting = [n for n, (start, end) in enumerate(self._free) if end - start - start % 2 >= length]
        if not fitting:
            start = self._end + self._end % 2
            self._end = start + length
            return start
        best = min(fitting, key=lambda n: self._free[n][1] - self._free[n][0])
        start, end = self._free[best]
        start += start % 2
        self._free[best] = start + length, end
        return start

    def _write(self, start: int, data: bytes) -> None:
        if not self._old.big and start + len(data) >= 1 << 32:
            raise OutputError("it takes more than the 4 GB that a TIFF can hold; write a PNG")
        self._file.seek(start)
        self._file.write(data)
