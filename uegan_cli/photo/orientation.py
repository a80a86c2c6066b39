"""The eight Exif orientations as views of an array: nothing is copied."""

from __future__ import annotations

from .photo import Pixels


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
