"""The eight Exif orientations: as views of an array, and as turns of an image.

Large photos are turned strip by strip: a strip is a view of the whole, and Pillow turns it several times faster than
NumPy copies it through its strides.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image
from PIL.Image import Transpose

from .photo import Pixels

_STRIP = 1 << 20
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def upright(stored: Pixels, orientation: int) -> Pixels:
    """A view of `stored` (H x W or H x W x C) as it should be seen."""
    view = stored.swapaxes(0, 1) if orientation >= 5 else stored
    if orientation in (3, 4, 7, 8):
        view = view[::-1]
    if orientation in (2, 3, 6, 7):
        view = view[:, ::-1]
    return view


def stored(upright: Pixels, orientation: int) -> Pixels:
    """A view of `upright` as the file holds it: the inverse of `upright`."""
    view = upright
    if orientation in (3, 4, 7, 8):
        view = view[::-1]
    if orientation in (2, 3, 6, 7):
        view = view[:, ::-1]
    return view.swapaxes(0, 1) if orientation >= 5 else view


def upright_image(stored: Image.Image, orientation: int) -> Image.Image:
    """The image as it should be seen; itself for orientation 1."""
    return stored.transpose(_TURNS[orientation]) if orientation in _TURNS else stored


def stored_image(upright: Image.Image, orientation: int) -> Image.Image:
    """The image as the file holds it: the inverse of `upright_image`."""
    return upright_image(upright, {6: 8, 8: 6}.get(orientation, orientation))


def strips(height: int, width: int) -> Iterator[slice]:
    """Slices of rows with about a million pixels each: small enough that a copy of one does not matter."""
    rows = max(1, _STRIP // width)
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))
