"""Allocate space in a new TIFF file: old parts keep their offsets, new parts go between and after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from ...errors import OutputError
from ..byte_ranges import ByteRange, merge, subtract
from ..photo import Segment
from .ifd_writer import Field, build_directory, build_header, header_size
from .structure import TiffEncoding, old_range
from .tag_numbers import Tag

_MAX_CLASSIC_SIZE = 1 << 32
"""Bytes that a classic TIFF, which is no BigTIFF, can address."""


def cut_unused(segments: Iterable[Segment], old: TiffEncoding, fields: Iterable[Field]) -> list[Segment]:
    """Cut values that the new file does not need out of the segments.

    fields: those of the new file. Values of old fields that are not among them go, and so does the GPS directory if no
    field points to it.
    """
    kept = set(fields)
    has_gps = Tag.GPS_IFD in {field.tag for field in kept}
    needed = [place for f in old.fields if f in kept and (place := old_range(f, old))]
    needed += [*old.exif, *(old.gps if has_gps else ())]
    unused = [place for f in old.fields if f not in kept and (place := old_range(f, old))]
    unused += () if has_gps else old.gps
    # A value of odd length is followed by a byte of filling.
    unused_and_filling = ((start, end + end % 2) for start, end in unused)
    cut = subtract(merge(unused_and_filling, 0, 0, old.size), merge(needed, 0, 0, old.size))
    parts = []
    for segment in segments:
        at = int(segment.name)
        for start, end in subtract([(at, at + len(segment.data))], cut):
            parts.append(Segment(str(start), segment.data[start - at : end - at]))
    return parts


class Allocator:
    """A new file: the segments of the old one at their offsets, and free space between and after them.

    Raises OutputError if the file would exceed the 4 GB that a TIFF can hold.
    """

    def __init__(self, file: BinaryIO, old: TiffEncoding, segments: Iterable[Segment]) -> None:
        """Write the segments, each named by its offset, sorted."""
        self._file, self._old = file, old
        self._end = header_size(old.big)
        self._free: list[ByteRange] = []
        for segment in segments:
            start = int(segment.name)
            self._free.append((self._end, start))
            self._end = start + len(segment.data)
            self._write(start, segment.data)

    def add(self, data: bytes) -> ByteRange:
        """Write `data` into the smallest gap that holds it, or else to the end; return where it is."""
        start = self._allocate(len(data))
        self._write(start, data)
        return start, start + len(data)

    def finish(self, fields: Sequence[Field]) -> None:
        """Write the directory, and the header that points to it."""
        order, big = self._old.order, self._old.big
        start = self._allocate(len(build_directory(order, big, fields, 0)))
        self._write(start, build_directory(order, big, fields, start))
        self._write(0, build_header(order, big, start))

    def _allocate(self, length: int) -> int:
        """Take `length` bytes of free space at an even offset, and return that."""
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
        if not self._old.big and start + len(data) >= _MAX_CLASSIC_SIZE:
            raise OutputError("larger than the 4 GB that a TIFF can hold; write a PNG")
        self._file.seek(start)
        self._file.write(data)
