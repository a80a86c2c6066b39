from __future__ import annotations

import io

import imagecodecs
import numpy as np
import pytest

from uegan_cli.photo.bmff import av1, boxes

from .item_photos import made, smooth

YUV = imagecodecs.AVIF.PIXEL_FORMAT
Options = dict[str, object]


def coded(pixels: np.ndarray, level: int, **options: object) -> bytes:
    """The bitstream of an AVIF."""
    file = io.BytesIO(
        imagecodecs.avif_encode(pixels, level=level, **{"speed": 9, "pixelformat": YUV.YUV420, **options})
    )
    container = boxes.read(file)
    return container.data(container.primary)


def test_the_quantiser_falls_while_the_quality_rises() -> None:
    found = [av1.quantiser(coded(smooth(), level)) for level in (0, 20, 40, 60, 80, 90, 100)]
    assert found == sorted(set(found), reverse=True) and found[0] == 255 and found[-1] == 0


@pytest.mark.parametrize("options", [{"pixelformat": YUV.YUV444}, {"pixelformat": YUV.YUV400}, {"speed": 6}])
def test_it_is_found_in_every_form_of_the_header(options: Options) -> None:
    for pixels in (smooth(1, 1), smooth(), np.tile(smooth(), (3, 10, 1))):
        assert av1.quantiser(coded(pixels, 60, **options)) == av1.quantiser(coded(smooth(), 60))


def test_it_is_found_behind_tiles() -> None:
    found = []
    for tiles in (0, 1, 2):
        data = made(
            "AVIF",
            np.tile(smooth(), (4, 8, 1)),
            quality=60,
            speed=10,
            tile_rows=tiles,
            tile_cols=tiles,
            autotiling=False,
        )
        container = boxes.read(io.BytesIO(data))
        found.append(av1.quantiser(container.data(container.primary)))
    assert found == [av1.quantiser(coded(smooth(), 60))] * 3


def test_deep_pictures_have_it_too() -> None:
    for depth in (10, 12):
        deep = coded(smooth().astype(np.uint16), 60, bitspersample=depth)
        assert av1.quantiser(deep) == av1.quantiser(coded(smooth(), 60))


def test_what_is_no_header_has_none() -> None:
    whole = coded(smooth(), 60)
    assert av1.quantiser(b"") is None and av1.quantiser(b"\xff" * 100) is None and av1.quantiser(bytes(100)) is None
    assert [av1.quantiser(whole[:length]) for length in range(4)] == [None] * 4
    for length in range(len(whole)):
        assert av1.quantiser(whole[:length]) in (None, av1.quantiser(whole))
