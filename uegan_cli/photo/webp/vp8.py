"""The quality of a lossy WebP: the header of a VP8 key frame (RFC 6386), put on libwebp's scale."""

from __future__ import annotations

import math

_START = b"\x9d\x01\x2a"
_HEADER = 10
_MAX_INDEX = 127
"""The strongest quantiser."""


class _BoolDecoder:
    """The arithmetic decoder of RFC 6386, section 7.3."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._value = int.from_bytes(data[:2].ljust(2, b"\0"))
        self._next, self._range, self._shifted = 2, 255, 0

    def bit(self, probability: int = 128) -> int:
        split = 1 + ((self._range - 1) * probability >> 8)
        one = self._value >= split << 8
        self._range = self._range - split if one else split
        self._value -= split << 8 if one else 0
        while self._range < 128:
            self._value, self._range, self._shifted = self._value << 1, self._range << 1, self._shifted + 1
            if self._shifted == 8:
                self._value |= self._data[self._next] if self._next < len(self._data) else 0
                self._next, self._shifted = self._next + 1, 0
        return int(one)

    def number(self, bits: int) -> int:
        value = 0
        for _ in range(bits):
            value = value << 1 | self.bit()
        return value

    def optional(self, bits: int) -> int | None:
        return self.number(bits) if self.bit() else None

    def signed(self, bits: int) -> int:
        """Return an optional number with its sign; 0 if it is left out."""
        magnitude = self.optional(bits)
        return 0 if magnitude is None else -magnitude if self.bit() else magnitude


def size(frame: bytes) -> tuple[int, int] | None:
    """Return width and height by the first 10 bytes of a key frame; None if it is not one."""
    if frame[3:6] != _START or len(frame) < _HEADER:
        return None
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF


def quality(frame: bytes) -> int:
    """Estimate the quality, 1..100, at which libwebp quantises like this frame; its first 1,000 bytes are enough.

    libwebp turns a quality q, 0..1, into a compression c (`QualityToCompression` in quant_enc.c): the cube root of
    2/3 q for q below 3/4, of 2 q - 1 above. The quantiser index of the frame is 127 (1 - c). A frame has up to four
    segments with indices of their own: their compressions are c to the power of 1 - a, where a has a mean of zero over
    all blocks. So the mean of log c over the blocks is that of the frame; the probabilities of the segment tree give
    each segment's share of the blocks.
    """
    indices, shares = _segments(_BoolDecoder(frame[_HEADER:]))
    # An index stands for all compressions that round down to it; 1e-3 because log(0) is undefined.
    compressions = [min(1.0, 1 - (index + 0.5) / _MAX_INDEX) if index else 1.0 for index in indices]
    logs = (share * math.log(max(c, 1e-3)) for share, c in zip(shares, compressions, strict=True))
    linear = math.exp(sum(logs)) ** 3
    return max(1, min(100, round(100 * (1.5 * linear if linear < 0.5 else (linear + 1) / 2))))


def _segments(header: _BoolDecoder) -> tuple[list[int], list[float]]:
    """Return the quantiser index, 0..127, of each segment, and its share of the blocks (section 9.3)."""
    header.number(2)
    deltas, absolute, tree = [0, 0, 0, 0], False, [255, 255, 255]
    if header.bit():
        has_map, has_data = header.bit(), header.bit()
        if has_data:
            absolute = bool(header.bit())
            deltas = [header.signed(7) for _ in range(4)]
            for _ in range(4):
                header.signed(6)
        if has_map:
            tree = [255 if (p := header.optional(8)) is None else p for _ in range(3)]
    header.number(1 + 6 + 3)
    if header.bit() and header.bit():
        for _ in range(8):
            header.signed(6)
    header.number(2)
    base = header.number(7)
    left, first, third = (probability / 256 if probability < 255 else 1.0 for probability in tree)
    shares = [left * first, left * (1 - first), (1 - left) * third, (1 - left) * (1 - third)]
    indices = deltas if absolute else [base + delta for delta in deltas]
    return [max(0, min(_MAX_INDEX, index)) for index in indices], shares
