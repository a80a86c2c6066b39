"""`merge` and `subtract` agree with sets of byte positions."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from uegan_cli.photo.byte_ranges import ByteRange, merge, subtract

RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def positions(ranges: list[ByteRange]) -> set[int]:
    return {n for start, end in ranges for n in range(start, end)}


@given(RANGES)
def test_merged_ranges_are_sorted_and_hold_the_same_bytes(ranges: list[ByteRange]) -> None:
    result = merge(ranges, 0, 5, 35)
    assert positions(result) == positions(ranges) & set(range(5, 35))
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(result))


@given(RANGES, st.integers(0, 10))
def test_small_gaps_are_closed_and_no_others(ranges: list[ByteRange], gap: int) -> None:
    result = merge(ranges, gap, 0, 40)
    assert positions(ranges) <= positions(result)
    assert all(end + gap < start for (_, end), (start, _) in itertools.pairwise(result))


@given(RANGES, RANGES)
def test_subtracting_leaves_the_bytes_outside_the_others(ranges: list[ByteRange], others: list[ByteRange]) -> None:
    result = subtract(merge(ranges, 0, 0, 40), merge(others, 0, 0, 40))
    assert positions(result) == positions(ranges) - positions(others)
    assert result == merge(result, -1, 0, 40)
