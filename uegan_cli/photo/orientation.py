"""The eight Exif orientations, as views of an array and as transpositions of an image.

Large photos are turned strip by strip: a strip is a view of the whole, and Pillow turns it several times faster than
NumPy copies it through its strides.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image
from PIL.Image import Transpose

from .photo import Pixels

_STRIP_PIXELS = 1 << 20
_TRANSPOSES = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def upright(stored: Pixels, orientation: int) -> Pixels:
    """Return an upright view of `stored`, H x W or H x W x C."""
    view = stored.swapaxes(0, 1) if orientation >= 5 else stored
    if orientation in (3, 4, 7, 8):
        view = view[::-1]
    if orientation in (2, 3, 6, 7):
        view = view[:, ::-1]
    return view


def stored(upright: Pixels, orientation: int) -> Pixels:
    """Return a view of `upright` as the file stores it: the inverse of `upright`."""
    view = upright
    if orientation in (3, 4, 7, 8):
        view = view[::-1]
    if orientation in (2, 3, 6, 7):
        view = view[:, ::-1]
    return view.swapaxes(0, 1) if orientation >= 5 else view


def upright_image(stored: Image.Image, orientation: int) -> Image.Image:
    """Return the upright image; the same object for orientation 1."""
    return stored.transpose(_TRANSPOSES[orientation]) if orientation in _TRANSPOSES else stored


def stored_image(upright: Image.Image, orientation: int) -> Image.Image:
    """Return the image as the file stores it: the inverse of `upright_image`."""
    return upright_image(upright, {6: 8, 8: 6}.get(orientation, orientation))


def strips(height: int, width: int) -> Iterator[slice]:
    """Yield slices of rows with about a million pixels each, so small that a copy of one does not matter."""
    rows = max(1, _STRIP_PIXELS // width)
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))
