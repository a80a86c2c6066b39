"""The quantiser is found in every form of the headers of a still, and nowhere else."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
import pytest

from uegan_cli.photo.bmff import av1

from .item_photos import encode, open_items, smooth

YUV = imagecodecs.AVIF.PIXEL_FORMAT
Options = dict[str, object]


def bitstream(pixels: np.ndarray, level: int, **options: object) -> bytes:
    """The bitstream of an AVIF."""
    file = io.BytesIO(
        imagecodecs.avif_encode(pixels, level=level, **{"speed": 9, "pixelformat": YUV.YUV420, **options})
    )
    container = open_items(file.getvalue())
    return container.read_data(container.primary)


def test_the_quantiser_falls_while_the_quality_rises() -> None:
    found = [av1.read_quantiser(bitstream(smooth(), level)) for level in (0, 20, 40, 60, 80, 90, 100)]
    assert found == sorted(set(found), reverse=True) and found[0] == 255 and found[-1] == 0


@pytest.mark.parametrize("options", [{"pixelformat": YUV.YUV444}, {"pixelformat": YUV.YUV400}, {"speed": 6}])
def test_it_is_found_in_every_form_of_the_headers(options: Options) -> None:
    for pixels in (smooth(1, 1), smooth(), np.tile(smooth(), (3, 10, 1))):
        assert av1.read_quantiser(bitstream(pixels, 60, **options)) == av1.read_quantiser(bitstream(smooth(), 60))


def test_it_is_found_behind_tiles() -> None:
    found = []
    for tiles in (0, 1, 2):
        data = encode(
            "AVIF",
            np.tile(smooth(), (4, 8, 1)),
            quality=60,
            speed=10,
            tile_rows=tiles,
            tile_cols=tiles,
            autotiling=False,
        )
        container = open_items(data)
        found.append(av1.read_quantiser(container.read_data(container.primary)))
    assert found == [av1.read_quantiser(bitstream(smooth(), 60))] * 3


def test_deep_pictures_have_it_too() -> None:
    for depth in (10, 12):
        deep = bitstream(smooth().astype(np.uint16), 60, bitspersample=depth)
        assert av1.read_quantiser(deep) == av1.read_quantiser(bitstream(smooth(), 60))


def test_broken_headers_have_none() -> None:
    whole = bitstream(smooth(), 60)
    for junk in (b"", b"\xff" * 100, bytes(100)):
        assert av1.read_quantiser(junk) is None
    assert [av1.read_quantiser(whole[:length]) for length in range(4)] == [None] * 4
    for length in range(len(whole)):
        assert av1.read_quantiser(whole[:length]) in (None, av1.read_quantiser(whole))
