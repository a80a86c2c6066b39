"""Ranges of a file: [start, end), in order where there are several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Range = tuple[int, int]


def merged(ranges: Iterable[Range], gap: int, first: int, last: int) -> list[Range]:
    """The ranges in order, cut to [first, last), and as one where there are no more than `gap` bytes between."""
    merged: list[Range] = []
    for start, end in sorted((max(start, first), min(end, last)) for start, end in ranges):
        if start >= end:
            continue
        if merged and start <= merged[-1][1] + gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(ranges: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    """`ranges` without `others`; both in order, and apart."""
    rest, later = [], list(reversed(others))
    for start, end in ranges:
        while later and later[-1][0] < end:
            other_start, other_end = later[-1]
            if start < other_start:
                rest.append((start, other_start))
            start = max(start, other_end)
            if other_end > end:
                break
            later.pop()
        if start < end:
            rest.append((start, end))
    return rest
