"""Pictures that are measured: H x W x 3 uint8, sRGB; brought to one size, and in CIE L*a*b*."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotoError

Picture = NDArray[np.uint8]

MAX_ASPECT_DIFFERENCE = 0.02
"""How far the aspect ratios of two pictures of one photo may differ, as a fraction: sides are rounded to pixels."""


class IncomparableError(PhotoError):
    """Two pictures that differ in shape or are too small to compare; the message names no file."""


def at_one_size(one: Picture, two: Picture) -> tuple[Picture, Picture]:
    """Return both pictures at the size of the smaller one.

    Raises IncomparableError where their aspect ratios differ by more than MAX_ASPECT_DIFFERENCE.
    """
    if one.shape == two.shape:
        return one, two
    aspects = [picture.shape[1] / picture.shape[0] for picture in (one, two)]
    if abs(aspects[0] / aspects[1] - 1) > MAX_ASPECT_DIFFERENCE:
        sizes = " and ".join(f"{picture.shape[1]} x {picture.shape[0]}" for picture in (one, two))
        raise IncomparableError(f"{sizes} pixels have different aspect ratios; compare photos with the same crop")
    height, width = min(one.shape[:2], two.shape[:2])
    return _resized(one, width, height), _resized(two, width, height)


def to_lab(picture: Picture) -> NDArray[np.float32]:
    """Return H x W x 3 CIE L*a*b* under D65."""
    from skimage.color import rgb2lab

    lab: NDArray[np.float32] = rgb2lab(picture.astype(np.float32) / 255)
    return lab


def _resized(picture: Picture, width: int, height: int) -> Picture:
    if picture.shape[:2] == (height, width):
        return picture
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))
