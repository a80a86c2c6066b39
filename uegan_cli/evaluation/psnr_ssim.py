"""PSNR and SSIM by the paper's protocol (section IV-C): mean over the RGB channels, without a border of 4 pixels.

Pictures are H x W x 3 uint8, sRGB, of one size. All functions raise IncomparableError for pictures under MIN_SIDE.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from PIL import Image

from .pictures import IncomparableError, Picture

BORDER = 4
"""Pixels on each side that PSNR and SSIM leave out."""

_WINDOW_RADIUS = 5
"""SSIM's Gaussian window has 11 x 11 taps."""

MIN_SIDE = 2 * BORDER + 2 * _WINDOW_RADIUS + 2

_MIN_SQUARED_ERROR = 255**2 * 1e-10
"""Squared error assigned to equal pictures, so that their PSNR is 100 dB and means over photos stay finite."""

_ROWS_AT_A_TIME = 128
"""Rows for which SSIM is computed at a time: the intermediate arrays of a whole photo would take gigabytes."""


def psnr(one: Picture, two: Picture) -> float:
    """Return the peak signal-to-noise ratio over the three channels, in dB; at most 100, for equal pictures."""
    error = float(np.mean([np.square(a.astype(np.float32) - b).mean(dtype=np.float64) for a, b in _channels(one, two)]))
    return float(10 * np.log10(255**2 / max(error, _MIN_SQUARED_ERROR)))


def ssim(one: Picture, two: Picture) -> float:
    """Return the mean SSIM of the channels (Wang et al., 2004): Gaussian window, 11 taps, sigma 1.5; at most 1."""
    return float(np.mean([_ssim(a, b) for a, b in _channels(one, two)]))


def luma_ssim(one: Picture, two: Picture) -> float:
    """Return the SSIM of the luma alone: how much of the structure is kept, whatever the colours; at most 1."""
    a, b = (np.asarray(Image.fromarray(picture).convert("L")) for picture in (one, two))
    return _ssim(_without_border(a), _without_border(b))


def _channels(one: Picture, two: Picture) -> list[tuple[Picture, Picture]]:
    return [(_without_border(one[..., channel]), _without_border(two[..., channel])) for channel in range(3)]


def _without_border(plane: Picture) -> Picture:
    if min(plane.shape) < MIN_SIDE:
        size = f"{plane.shape[1]} x {plane.shape[0]}"
        raise IncomparableError(f"{size} pixels are too few to compare; both sides need at least {MIN_SIDE}")
    return plane[BORDER:-BORDER, BORDER:-BORDER]


def _ssim(one: Picture, two: Picture) -> float:
    """Return the mean over all positions where the window lies inside the plane."""
    from skimage.metrics import structural_similarity

    def sum_of(top: int) -> float:
        rows = slice(top, top + _ROWS_AT_A_TIME + 2 * _WINDOW_RADIUS)
        _, ssim_map = structural_similarity(
            *(one[rows], two[rows]),
            **{"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255, "full": True},
        )
        return float(ssim_map[_WINDOW_RADIUS:-_WINDOW_RADIUS, _WINDOW_RADIUS:-_WINDOW_RADIUS].sum())

    height, width = (length - 2 * _WINDOW_RADIUS for length in one.shape)
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        return float(np.sum(list(pool.map(sum_of, range(0, height, _ROWS_AT_A_TIME)))) / (height * width))
