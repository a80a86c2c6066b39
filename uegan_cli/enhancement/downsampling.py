"""The small photo that the network sees: exact area averages of the large one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from .devices import one_thread_each

MULTIPLE = 16
"""The U-Net of the generator needs sides that are multiples of this."""


def working_shape(height: int, width: int, working_size: int) -> tuple[int, int]:
    """Return height and width at which the network sees a photo.

    The longer side becomes `working_size`, and both sides multiples of 16. No side grows: smaller photos keep their
    size.
    """
    longer = max(height, width)
    if longer <= working_size:
        return height, width
    return _side(height * working_size / longer, height), _side(width * working_size / longer, width)


def _side(ideal: float, largest: int) -> int:
    return min(largest, max(MULTIPLE, round(ideal / MULTIPLE) * MULTIPLE))


def area_average(pixels: Tensor, height: int, width: int, threads: int = 1) -> Tensor:
    """Shrink H x W x 3 of any type to 3 x height x width float32: each pixel is the mean of the area it covers."""
    with one_thread_each(), ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        lines = _average_rows(pixels, height, pool)
        return _average_rows(lines.transpose(0, 1).contiguous(), width, pool).permute(2, 1, 0).contiguous()


def _average_rows(pixels: Tensor, rows: int, pool: ThreadPoolExecutor) -> Tensor:
    """Shrink H x ... to rows x ... float32, in bands of 16 rows, whose source rows fit into the cache."""

    def band(first: int) -> Tensor:
        last = min(first + MULTIPLE, rows)
        top, bottom = first * len(pixels) // rows, -(-last * len(pixels) // rows)
        source = pixels[top:bottom].flatten(1).to(torch.float32)
        return _shares(first, last, top, bottom, len(pixels) / rows).to(source) @ source

    return torch.cat(list(pool.map(band, range(0, rows, MULTIPLE)))).view(rows, *pixels.shape[1:])


def _shares(first: int, last: int, top: int, bottom: int, scale: float) -> Tensor:
    """Return the weight of each source row top .. bottom in the result rows first .. last, a matrix."""
    start = torch.arange(first, last, dtype=torch.float64)[:, None] * scale
    source = torch.arange(top, bottom, dtype=torch.float64)
    overlap = torch.minimum(start + scale, source + 1) - torch.maximum(start, source)
    return overlap.clamp_(min=0) / scale
