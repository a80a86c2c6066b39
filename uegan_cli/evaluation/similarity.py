"""How far one picture is from another, by the paper's protocol (section IV-C) and by eye.

Pictures are H x W x 3 uint8, sRGB, of one size.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotoError

Picture = NDArray[np.uint8]

BORDER = 4
"""Pixels on each side that PSNR and SSIM leave out."""

_BAND = 1 << 14
"""Pixels that are compared at a time: few enough for the processor's cache, for there are many steps."""

_LEAST_ERROR = 255**2 * 1e-10
"""Of one channel value, squared; equal pictures have it, too, so that means over photos stay numbers: 100 dB."""

_ROWS, _REACH = 128, 5
"""Rows in which SSIM is taken at a time, and how far its window reaches: whole photos would take gigabytes."""

_SHAPES_DIFFER = 0.02


class IncomparableError(PhotoError):
    """Two pictures that are none of one photo, or too small; names no file."""


def psnr(one: Picture, two: Picture) -> float:
    """Over the three channels, in dB; at most 100, of equal pictures."""
    error = float(np.mean([np.square(a.astype(np.float32) - b).mean(dtype=np.float64) for a, b in _channels(one, two)]))
    return float(10 * np.log10(255**2 / max(error, _LEAST_ERROR)))


def ssim(one: Picture, two: Picture) -> float:
    """Mean over the channels, with a Gaussian window of 11 taps and sigma 1.5 (Wang et al., 2004); at most 1."""
    return float(np.mean([_ssim(a, b) for a, b in _channels(one, two)]))


def structure(one: Picture, two: Picture) -> float:
    """SSIM of the lightness alone: how much of what a picture shows is still there; at most 1."""
    a, b = (np.asarray(Image.fromarray(picture).convert("L")) for picture in (one, two))
    return _ssim(_inner(a), _inner(b))


def delta_e(one: Picture, two: Picture) -> float:
    """Mean CIEDE2000 difference; 1 is about the least that can be seen side by side."""
    from skimage.color import deltaE_ciede2000

    def summed(rows: slice) -> float:
        return float(deltaE_ciede2000(lab(one[rows]), lab(two[rows])).sum())

    height, width = one.shape[:2]
    step = max(1, _BAND // width)
    bands = [slice(top, top + step) for top in range(0, height, step)]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        return float(np.sum(list(pool.map(summed, bands))) / (height * width))


def lab(picture: Picture) -> NDArray[np.float32]:
    """CIE L*a*b*, D65."""
    from skimage.color import rgb2lab

    found: NDArray[np.float32] = rgb2lab(picture.astype(np.float32) / 255)
    return found


def alike(one: Picture, two: Picture) -> tuple[Picture, Picture]:
    """Both at the size of the smaller one. Raises IncomparableError where they have not one shape."""
    if one.shape == two.shape:
        return one, two
    shapes = [picture.shape[1] / picture.shape[0] for picture in (one, two)]
    if abs(shapes[0] / shapes[1] - 1) > _SHAPES_DIFFER:
        sizes = " and ".join(f"{picture.shape[1]} x {picture.shape[0]}" for picture in (one, two))
        raise IncomparableError(f"{sizes} are no sizes of one picture")
    height, width = min(one.shape[:2], two.shape[:2])
    return _at(one, width, height), _at(two, width, height)


def _at(picture: Picture, width: int, height: int) -> Picture:
    if picture.shape[:2] == (height, width):
        return picture
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))


def _channels(one: Picture, two: Picture) -> list[tuple[Picture, Picture]]:
    return [(_inner(one[..., channel]), _inner(two[..., channel])) for channel in range(3)]


def _inner(plane: Picture) -> Picture:
    if min(plane.shape) <= 2 * BORDER + 11:
        raise IncomparableError(f"{plane.shape[1]} x {plane.shape[0]} pixels are too few to compare")
    return plane[BORDER:-BORDER, BORDER:-BORDER]


def _ssim(one: Picture, two: Picture) -> float:
    """Over all places where the window lies in the picture."""
    from skimage.metrics import structural_similarity

    def summed(top: int) -> float:
        rows = slice(top, top + _ROWS + 2 * _REACH)
        _, found = structural_similarity(
            *(one[rows], two[rows]),
            **{"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255, "full": True},
        )
        return float(found[_REACH:-_REACH, _REACH:-_REACH].sum())

    height, width = (length - 2 * _REACH for length in one.shape)
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        return float(np.sum(list(pool.map(summed, range(0, height, _ROWS)))) / (height * width))
