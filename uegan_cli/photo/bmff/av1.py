"""How hard a still AV1 picture was quantised: the headers of its bitstream (AOMedia, AV1, sections 5.5 and 5.9)."""

from __future__ import annotations

_SEQUENCE, _FRAME_HEADER, _FRAME = 1, 3, 6
_MOST_TILES, _WIDEST_TILE, _LARGEST_TILE = 64, 4096, 4096 * 2304


class _Bits:
    """Reads bits, the highest first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    def number(self, bits: int) -> int:
        value = 0
        for at in range(self._position, self._position + bits):
            value = value << 1 | (self._data[at >> 3] >> (7 - (at & 7)) & 1)
        self._position += bits
        return value

    def flag(self) -> bool:
        return bool(self.number(1))


class _Sequence:
    """What the sequence header of a still says that its frame header depends on (5.5)."""

    def __init__(self, bits: _Bits) -> None:
        bits.number(4)
        if not bits.flag():
            raise ValueError("not the header of a still picture")
        bits.number(5)
        widths = bits.number(4) + 1, bits.number(4) + 1
        self.width, self.height = (bits.number(width) + 1 for width in widths)
        self.large_blocks = bits.flag()
        bits.number(2)
        self.can_be_scaled = bits.flag()


def quantiser(data: bytes) -> int | None:
    """base_q_idx of the first frame, 0 (nothing is lost) to 255; None where the headers are not those of a still."""
    try:
        return _first_frame(data)
    except (IndexError, ValueError):
        return None


def _first_frame(data: bytes) -> int | None:
    sequence, position = None, 0
    while position < len(data):
        header = data[position]
        kind, extended, sized = header >> 3 & 15, header & 4, header & 2
        position += 2 if extended else 1
        length = len(data) - position
        if sized:
            length, position = _leb128(data, position)
        bits = _Bits(data[position : position + length])
        if kind == _SEQUENCE:
            sequence = _Sequence(bits)
        elif kind in (_FRAME, _FRAME_HEADER) and sequence:
            return _frame(bits, sequence)
        position += length
    return None


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    """A number in seven bits a byte, the lowest first, and where it ends (4.10.5)."""
    value = 0
    for shift in range(0, 56, 7):
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
    raise ValueError("a number without an end")


def _frame(bits: _Bits, sequence: _Sequence) -> int:
    """base_q_idx, by the header of a still's frame (5.9.2), in which most is left out."""
    bits.flag()
    screen_content = bits.flag()
    if screen_content:
        bits.flag()
    width = sequence.width
    if sequence.can_be_scaled and bits.flag():
        denominator = bits.number(3) + 9
        width = (width * 8 + denominator // 2) // denominator
    if bits.flag():
        bits.number(32)
    if screen_content and width == sequence.width:
        bits.flag()
    _skip_tiles(bits, width, sequence)
    return bits.number(8)


def _skip_tiles(bits: _Bits, width: int, sequence: _Sequence) -> None:
    """How the frame is cut into tiles (5.9.15); ValueError where that is not evenly."""
    block = 128 if sequence.large_blocks else 64
    columns, rows = -(-width // block), -(-sequence.height // block)
    if not bits.flag():
        raise ValueError("tiles of different sizes")
    widest, largest = _WIDEST_TILE // block, _LARGEST_TILE // block**2
    least_columns, least = _log2(widest, columns), _log2(largest, columns * rows)
    across = _increments(bits, least_columns, _log2(1, min(columns, _MOST_TILES)))
    down = _increments(bits, max(0, max(least_columns, least) - across), _log2(1, min(rows, _MOST_TILES)))
    if across or down:
        bits.number(across + down + 2)


def _increments(bits: _Bits, least: int, most: int) -> int:
    value = least
    while value < most and bits.flag():
        value += 1
    return value


def _log2(size: int, target: int) -> int:
    """The least k with size 2^k >= target (tile_log2 in 5.9.16)."""
    return max(0, (-(-target // size) - 1).bit_length())
