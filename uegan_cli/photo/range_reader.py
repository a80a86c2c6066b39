"""Read some byte ranges of a file as if they were a file of their own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO

from .byte_ranges import ByteRange


class RangeReader(io.RawIOBase):
    """A readable, seekable file made of `parts`, one after the other: byte ranges of `file`, and literal bytes.

    Nothing is copied until it is read. A decoder that sees only the picture cannot stumble over the metadata around it.
    """

    def __init__(self, file: BinaryIO, parts: Sequence[ByteRange | bytes]) -> None:
        sources = [(io.BytesIO(part), 0, len(part)) if isinstance(part, bytes) else (file, *part) for part in parts]
        self._sources = [(source, start, end) for source, start, end in sources if end > start]
        self._offsets = list(accumulate((end - start for _, start, end in self._sources), initial=0))
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._offsets[-1]}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        for offset, (source, start, end) in zip(self._offsets, self._sources, strict=False):
            into = self._position - offset
            if 0 <= into < end - start:
                source.seek(start + into)
                data = source.read(min(len(buffer), end - start - into))
                buffer[: len(data)] = data
                self._position += len(data)
                return len(data)
        return 0
