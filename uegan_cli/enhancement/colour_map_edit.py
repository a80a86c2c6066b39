"""An edit that maps colours alike all over the photo: applied pixel by pixel, and exact at any size."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..look.colour_map import monomials, rescaled
from ..look.exposure_balance import expose
from ..look.look import PhotoColourMap
from .devices import one_thread_each
from .edit_grid import as_integers

PIXELS, GPU_PIXELS = 1 << 16, 1 << 22
"""Pixels edited at a time: with all intermediates they fit into the cache of a processor, or the memory of any GPU."""


@dataclass(frozen=True)
class ColourMapEdit:
    """The map of colours of one photo, ready to be applied. strength: 0 is no edit, 1 the whole map."""

    map: PhotoColourMap
    strength: float = 1.0

    def scaled(self, strength: float) -> ColourMapEdit:
        """Return the same edit at part of its strength."""
        return replace(self, strength=self.strength * strength)

    def to(self, device: torch.device) -> ColourMapEdit:
        """Return the same edit for photos on that device."""
        stops = None if self.map.stops is None else self.map.stops.to(device)
        return replace(self, map=PhotoColourMap(stops, tuple(part.to(device) for part in self.map.polynomials)))

    def apply(self, photo: Tensor, *, threads: int = 1) -> Tensor:
        """Edit 3 x H x W uint8 or uint16, with any strides -> the same type, rounded and clipped."""
        levels = torch.iinfo(photo.dtype).max
        polynomials = [rescaled(coefficients, levels) for coefficients in self.map.polynomials]
        exposed = None if self.map.stops is None else _exposed(self.map.stops, levels)
        result = torch.empty_like(photo)
        rows = max(1, (PIXELS if photo.device.type == "cpu" else GPU_PIXELS) // photo.shape[2])

        def edit(top: int) -> None:
            here = (slice(None), slice(top, top + rows))
            tile = photo[here]
            values = torch.empty(tile.shape, dtype=torch.float32, device=tile.device).copy_(tile).flatten(1)
            edited = values if exposed is None else _looked_up(exposed, values)
            for coefficients in polynomials:
                edited = torch.addmm(coefficients[:, :1], coefficients[:, 1:], monomials(edited, dim=0))
            edited = edited.clamp_(0, levels)
            if self.strength != 1:
                edited = torch.lerp(values, edited, self.strength)
            # Half a level, because the conversion to integers truncates.
            result[here] = as_integers(edited.add_(0.5)).view(tile.shape)

        with one_thread_each(), ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for _ in pool.map(edit, range(0, photo.shape[1], rows)):
                pass
        return result


def _exposed(stops: Tensor, levels: int) -> Tensor:
    """Tabulate the exposure change for each value of a pixel: 3 x (levels + 1) in [0, levels]."""
    every = torch.linspace(-1, 1, levels + 1, device=stops.device)
    return (expose(every.expand(1, 3, 1, -1), stops[None])[0, :, 0] + 1) * (levels / 2)


def _looked_up(table: Tensor, values: Tensor) -> Tensor:
    """Look up values, 3 x P, each row in its row of the table, 3 x N."""
    return torch.stack([row.index_select(0, at) for row, at in zip(table, values.int(), strict=True)])
