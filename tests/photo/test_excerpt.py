from __future__ import annotations

import io

from uegan_cli.photo.range_reader import Excerpt


def test_ranges_read_as_one_file() -> None:
    excerpt = Excerpt(io.BytesIO(b"0123456789"), [(0, 2), (4, 4), (5, 8)])
    assert io.BufferedReader(excerpt, 4).read() == b"01567"


def test_seeking_counts_within_the_ranges() -> None:
    file = io.BufferedReader(Excerpt(io.BytesIO(b"0123456789"), [(1, 3), (7, 10)]))
    assert file.seek(0, io.SEEK_END) == 5
    file.seek(1)
    assert file.read(2) == b"27" and file.tell() == 3
    assert file.read() == b"89" and file.read() == b""


def test_a_file_cut_short_ends_early() -> None:
    assert io.BufferedReader(Excerpt(io.BytesIO(b"0123"), [(2, 100)])).read() == b"23"
