"""Byte ranges [start, end) of a file: merge them, and subtract some from others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

ByteRange = tuple[int, int]
"""The bytes from `start` up to, but not including, `end`."""


def merge(ranges: Iterable[ByteRange], gap: int, first: int, last: int) -> list[ByteRange]:
    """Return the ranges sorted and clipped to [first, last); those at most `gap` bytes apart become one."""
    merged: list[ByteRange] = []
    for start, end in sorted((max(start, first), min(end, last)) for start, end in ranges):
        if start >= end:
            continue
        if merged and start <= merged[-1][1] + gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def subtract(ranges: Sequence[ByteRange], others: Sequence[ByteRange]) -> list[ByteRange]:
    """Return the bytes in `ranges` that are not in `others`; both must be sorted and free of overlaps."""
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
