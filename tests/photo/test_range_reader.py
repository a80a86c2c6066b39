"""Ranges of a file read as one file, without the bytes between them."""

from __future__ import annotations

import io

from uegan_cli.photo.range_reader import RangeReader


def test_ranges_read_as_one_file() -> None:
    reader = RangeReader(io.BytesIO(b"0123456789"), [(0, 2), (4, 4), (5, 8)])
    assert io.BufferedReader(reader, 4).read() == b"01567"


def test_literal_bytes_read_where_they_stand_among_the_ranges() -> None:
    reader = RangeReader(io.BytesIO(b"0123456789"), [b"ab", (4, 6), b"", b"c", (9, 10)])
    assert io.BufferedReader(reader, 4).read() == b"ab45c9"


def test_seeking_counts_bytes_of_the_ranges_only() -> None:
    file = io.BufferedReader(RangeReader(io.BytesIO(b"0123456789"), [(1, 3), (7, 10)]))
    assert file.seek(0, io.SEEK_END) == 5
    file.seek(1)
    assert file.read(2) == b"27" and file.tell() == 3
    assert file.read() == b"89" and file.read() == b""


def test_a_truncated_file_ends_early() -> None:
    assert io.BufferedReader(RangeReader(io.BytesIO(b"0123"), [(2, 100)])).read() == b"23"
