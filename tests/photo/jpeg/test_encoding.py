"""An edited JPEG is encoded like the one before it."""

from __future__ import annotations

import pytest

from uegan_cli.photo.jpeg import encoding


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        (((1, 1), (1, 1)), 0),
        (((2, 1), (1, 1)), 1),
        (((2, 2), (1, 1)), 2),
        (((1, 2), (1, 1)), 0),
        (((4, 1), (1, 1)), 1),
        (((2, 2), (1, 2)), 1),
        (((2, 2), (2, 2)), 0),
    ],
)
def test_no_subsampling_loses_more_chroma_than_the_input_had(
    factors: tuple[tuple[int, int], tuple[int, int]], expected: int
) -> None:
    luma, chroma = factors
    assert encoding._subsampling([(1, *luma, 0), (2, *chroma, 1), (3, *chroma, 1)]) == expected
