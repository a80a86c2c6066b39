from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from uegan_cli.photo.byte_ranges import merged, without

RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def bytes_of(ranges: list[tuple[int, int]]) -> set[int]:
    return {n for start, end in ranges for n in range(start, end)}


@given(RANGES)
def test_merged_ranges_take_the_same_bytes_in_order(ranges: list[tuple[int, int]]) -> None:
    result = merged(ranges, 0, 5, 35)
    assert bytes_of(result) == bytes_of(ranges) & set(range(5, 35))
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(result))


@given(RANGES, st.integers(0, 10))
def test_small_gaps_are_closed_and_no_others(ranges: list[tuple[int, int]], gap: int) -> None:
    result = merged(ranges, gap, 0, 40)
    assert bytes_of(ranges) <= bytes_of(result)
    assert all(end + gap < start for (_, end), (start, _) in itertools.pairwise(result))


@given(RANGES, RANGES)
def test_what_is_left_is_what_the_others_do_not_take(
    ranges: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    result = without(merged(ranges, 0, 0, 40), merged(others, 0, 0, 40))
    assert bytes_of(result) == bytes_of(ranges) - bytes_of(others)
    assert result == merged(result, -1, 0, 40)
