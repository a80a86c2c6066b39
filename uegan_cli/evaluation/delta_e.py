"""CIEDE2000, the perceived colour difference of two pictures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from .pictures import Picture, to_lab

_PIXELS_AT_A_TIME = 1 << 14
"""CIEDE2000 has many intermediate arrays; these fit into the processor's cache."""


def delta_e(one: Picture, two: Picture) -> float:
    """Return the mean CIEDE2000 difference of two pictures of one size; 1 is about what can just be seen."""
    from skimage.color import deltaE_ciede2000

    def sum_of(rows: slice) -> float:
        return float(deltaE_ciede2000(to_lab(one[rows]), to_lab(two[rows])).sum())

    height, width = one.shape[:2]
    step = max(1, _PIXELS_AT_A_TIME // width)
    bands = [slice(top, top + step) for top in range(0, height, step)]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        return float(np.sum(list(pool.map(sum_of, bands))) / (height * width))
