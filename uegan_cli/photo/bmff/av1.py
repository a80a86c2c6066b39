"""Read how hard a still AV1 picture was quantised, from the headers of its bitstream (AOMedia, AV1, 5.5 and 5.9)."""

from __future__ import annotations

_SEQUENCE_HEADER, _FRAME_HEADER, _FRAME = 1, 3, 6
"""Types of the units of a bitstream."""

_MAX_TILE_COLUMNS, _MAX_TILE_ROWS = 64, 64
_MAX_TILE_WIDTH, _MAX_TILE_AREA = 4096, 4096 * 2304


class _BitReader:
    """Reads bits, the highest first; raises IndexError at the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    def read(self, bits: int) -> int:
        value = 0
        for at in range(self._position, self._position + bits):
            value = value << 1 | (self._data[at >> 3] >> (7 - (at & 7)) & 1)
        self._position += bits
        return value

    def read_flag(self) -> bool:
        return bool(self.read(1))


class _SequenceHeader:
    """The sequence header of a still, as far as its frame header depends on it (5.5); raises ValueError for others."""

    def __init__(self, bits: _BitReader) -> None:
        bits.read(4)
        if not bits.read_flag():
            raise ValueError("not the header of a still picture")
        bits.read(5)
        size_bits = bits.read(4) + 1, bits.read(4) + 1
        self.width, self.height = (bits.read(count) + 1 for count in size_bits)
        self.has_large_blocks = bits.read_flag()
        bits.read(2)
        self.can_be_scaled = bits.read_flag()


def read_quantiser(data: bytes) -> int | None:
    """Return base_q_idx of the first frame, 0 (lossless) to 255; None for anything but a still picture."""
    try:
        return _read_first_frame(data)
    except (IndexError, ValueError):
        return None


def _read_first_frame(data: bytes) -> int | None:
    sequence, position = None, 0
    while position < len(data):
        header = data[position]
        type, has_extension, has_size = header >> 3 & 15, header & 4, header & 2
        position += 2 if has_extension else 1
        length = len(data) - position
        if has_size:
            length, position = _read_leb128(data, position)
        bits = _BitReader(data[position : position + length])
        if type == _SEQUENCE_HEADER:
            sequence = _SequenceHeader(bits)
        elif type in (_FRAME, _FRAME_HEADER) and sequence:
            return _read_frame_header(bits, sequence)
        position += length
    return None


def _read_leb128(data: bytes, position: int) -> tuple[int, int]:
    """Return a number in seven bits a byte, the lowest first, and the position of its end (4.10.5)."""
    value = 0
    for shift in range(0, 56, 7):
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
    raise ValueError("a number without an end")


def _read_frame_header(bits: _BitReader, sequence: _SequenceHeader) -> int:
    """Return base_q_idx from the frame header of a still (5.9.2), which lacks most fields of other frames."""
    bits.read_flag()
    screen_content = bits.read_flag()
    if screen_content:
        bits.read_flag()
    width = sequence.width
    if sequence.can_be_scaled and bits.read_flag():
        denominator = bits.read(3) + 9
        width = (width * 8 + denominator // 2) // denominator
    if bits.read_flag():
        bits.read(32)
    if screen_content and width == sequence.width:
        bits.read_flag()
    _skip_tiles(bits, width, sequence)
    return bits.read(8)


def _skip_tiles(bits: _BitReader, width: int, sequence: _SequenceHeader) -> None:
    """Skip how the frame is cut into tiles (5.9.15); raises ValueError for tiles of different sizes."""
    block = 128 if sequence.has_large_blocks else 64
    columns, rows = -(-width // block), -(-sequence.height // block)
    if not bits.read_flag():
        raise ValueError("tiles of different sizes")
    max_width, max_area = _MAX_TILE_WIDTH // block, _MAX_TILE_AREA // block**2
    min_columns_log2, min_tiles_log2 = _tile_log2(max_width, columns), _tile_log2(max_area, columns * rows)
    columns_log2 = _read_increments(bits, min_columns_log2, _tile_log2(1, min(columns, _MAX_TILE_COLUMNS)))
    min_rows_log2 = max(0, max(min_columns_log2, min_tiles_log2) - columns_log2)
    rows_log2 = _read_increments(bits, min_rows_log2, _tile_log2(1, min(rows, _MAX_TILE_ROWS)))
    if columns_log2 or rows_log2:
        bits.read(columns_log2 + rows_log2 + 2)


def _read_increments(bits: _BitReader, low: int, high: int) -> int:
    """Read flags that each add 1 to `low`, up to `high`."""
    value = low
    while value < high and bits.read_flag():
        value += 1
    return value


def _tile_log2(size: int, target: int) -> int:
    """Return the least k with size * 2 ** k >= target (5.9.16)."""
    return max(0, (-(-target // size) - 1).bit_length())
