"""The edit of a network as a bilateral grid of affine colour transforms, sliced at any size.

An edit is the difference `edited - photo`. Over a patch of the photo and a range of its tones it is nearly affine
in the colour, so it is kept as 3 x 4 transforms at the vertices of a grid over (row, column, luma), interpolated
trilinearly in between (Chen, Adams, Wadhwa and Hasinoff, Bilateral Guided Upsampling, 2016). What the grid cannot
express, the residual, is upsampled bilinearly and added.

A cell is the rectangle between four neighbouring vertices. Inside, interpolation in luma and the transform are one
product: a 12 x 32 matrix (4 corners x 3 channels, 8 lumas x 4 colour coordinates) times 32 features of each pixel.
That is several times faster than gathering from a 3-D texture.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor

from ..look.srgb import luma_of_planes
from .devices import one_thread_each

CELLS = 32
"""Cells along the longer side; the shorter side has as many squares as fit (24 at 4:3)."""
LUMAS = 8
STRIP = 256
"""Rows edited at a time. Larger strips save calls, smaller ones memory and cache."""


@dataclass(frozen=True)
class EditGrid:
    """An edit, ready to be sliced. Colours and edits are in units of white.

    vertices: rows x columns x 3 x 32, the 32 being 8 lumas x (R, G, B, 1).
    residual: 3 x h x w, what the vertices do not express at the size they were fitted at.
    pitch: side of a cell in pixels of that size.
    """

    vertices: Tensor
    residual: Tensor
    pitch: int

    def scaled(self, strength: float) -> EditGrid:
        """Return the same edit at part of its strength."""
        return EditGrid(self.vertices * strength, self.residual * strength, self.pitch)

    def to(self, device: torch.device) -> EditGrid:
        """Return the same edit for photos on that device."""
        return EditGrid(self.vertices.to(device), self.residual.to(device), self.pitch)

    def apply(self, photo: Tensor, *, threads: int = 1, strip: int | None = None) -> Tensor:
        """Edit 3 x H x W uint8 or uint16, with any strides -> the same type, rounded and clipped.

        Beside the photo and the result, `threads` strips of `strip` rows are in memory: on a CPU STRIP rows by default,
        on a GPU the whole photo.
        """
        strip = strip or (STRIP if photo.device.type == "cpu" else photo.shape[1])
        levels = float(torch.iinfo(photo.dtype).max)
        (_, height, width), (_, fitted_height, fitted_width) = photo.shape, self.residual.shape
        strips = _spans(height, fitted_height, self.pitch, strip, photo.device)
        across = list(_spans(width, fitted_width, self.pitch, width, photo.device))
        vertices = self.vertices.view(*self.vertices.shape[:3], LUMAS, 4)
        residual = self.residual * levels + 0.5  # half a level, because the conversion to integers truncates
        result = torch.empty_like(photo)

        def edit(rows: _Span) -> None:
            residual_rows = rows.weights.T @ residual[:, rows.fitted]
            for columns in across:
                here = (slice(None), rows.pixels, columns.pixels)
                around = vertices[rows.cell : rows.cell + 2, columns.cell : columns.cell + 2]
                edited = _edit_cell(photo[here], around, rows.position, columns.position, levels)
                edited.flatten(0, 1).addmm_(residual_rows[:, :, columns.fitted].flatten(0, 1), columns.weights)
                result[here] = as_integers(edited.clamp_(0, levels + 0.5))

        with one_thread_each(), ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for _ in pool.map(edit, strips):
                pass
        return result


def as_integers(values: Tensor) -> Tensor:
    """Truncate floats on the way to fewer bits: torch takes twice as long for a direct conversion."""
    return values.to(torch.int32)


def ramps(position: Tensor, first: int = 0, last: int = LUMAS - 1) -> Tensor:
    """Return how far N positions on the luma axis, 0 .. 7, lie above vertices `first` .. `last` - 1, at most 1: K x N.

    A function that is linear between vertices is `f(first) + sum_z ramp_z (f(z + 1) - f(z))` from `first` to `last`.
    """
    vertices = torch.arange(first, last, dtype=position.dtype, device=position.device)[:, None]
    return torch.sub(position, vertices).clamp_(0, 1)


def _edit_cell(tile: Tensor, around: Tensor, down: Tensor, across: Tensor, levels: float) -> Tensor:
    """Edit 3 x S x T colours of one cell, white = `levels`, by the transforms `around` it.

    around: 2 x 2 x 3 x 8 x 4. down, across: positions of rows and columns between the vertices, 0 .. 1.
    """
    shape = tile.shape
    colours = tile.new_empty(4, *shape[1:], dtype=torch.float32)
    colours[:3] = tile
    colours[3] = levels
    affine = colours.view(4, -1)
    position = luma_of_planes(affine[:3]).mul_((LUMAS - 1) / levels)
    darkest, brightest = (float(end) for end in position.aminmax())
    # A tile rarely spans all lumas, and its cost is proportional to those it does.
    first, last = min(int(darkest), LUMAS - 1), min(ceil(brightest), LUMAS - 1)
    features = affine.new_empty(1 + last - first, *affine.shape)
    features[0] = affine
    torch.mul(ramps(position, first, last)[:, None], affine, out=features[1:])
    steps = torch.diff(around[..., first : last + 1, :], dim=-2, prepend=torch.zeros_like(around[..., :1, :]))
    upper, lower = (steps.reshape(12, -1) @ features.flatten(0, 1)).view(2, 2, *shape)
    left, right = torch.lerp(upper, lower, down[:, None])
    return colours[:3].add_(torch.lerp(left, right, across))


@dataclass(frozen=True)
class _Span:
    """Neighbouring pixels of one axis that lie in one cell.

    position: their positions between its vertices, 0 .. 1. fitted, weights: the pixels of the fitted photo around them,
    and their bilinear weights.
    """

    pixels: slice
    cell: int
    position: Tensor
    fitted: slice
    weights: Tensor


def _spans(size: int, fitted: int, pitch: int, longest: int, device: torch.device) -> Iterator[_Span]:
    """Cut an axis of `size` pixels at the borders of cells, and into pieces no longer than `longest`."""
    centres = (torch.arange(size, dtype=torch.float64) + 0.5) * (fitted / size)
    cells = (centres / pitch).long()
    for cell, length in enumerate(torch.bincount(cells).tolist()):
        start = int(torch.searchsorted(cells, cell))
        for first in range(start, start + length, longest):
            pixels = slice(first, min(first + longest, start + length))
            here = centres[pixels]
            on_pixels = (here - 0.5).clamp(0, fitted - 1)
            source = slice(int(on_pixels[0]), min(int(on_pixels[-1]) + 2, fitted))
            distance = torch.arange(source.start, source.stop)[:, None] - on_pixels
            weights = (1 - distance.abs()).clamp_(min=0).float()
            yield _Span(pixels, cell, (here / pitch - cell).float().to(device), source, weights.to(device))
