"""The generator itself on a full-size photo, in tiles, equal to the untiled network.

Two things in the generator see the whole photo: the statistics of global attention, and the bilinear upsampling, whose
aligned corners make every position depend on the photo's size. A first pass gathers the statistics at the five scales;
the second runs each tile with these and with its place in the photo. Naive tiles are some 38 dB off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ..look.adaptive_colour_map import PhotoTransport, thumbnails
from ..look.blend import Blend
from ..look.exposure_balance import PhotoLevels, expose, measurable
from ..look.local_contrast import LocalContrast
from ..look.look import ClosedForm
from ..networks.attention import GlobalAttention
from ..networks.blocks import Padding
from ..networks.generator import Generator

TILE = 768
"""Side of the part of a tile that is kept."""
HALO = 96
"""Margin around it: what a kept pixel depends on lies within 81 pixels, and tiles begin at multiples of 16."""


def run_tiled(network: torch.nn.Module, photo: Tensor, device: torch.device, tile: int = TILE) -> Tensor:
    """`network(photo)` for 1 x 3 x H x W in [-1, 1] on the CPU; only one tile at a time is on the device.

    tile: a multiple of 16. The network must be on the device.
    """
    if isinstance(network, Blend):
        out = photo.clone()
        for weight, part in zip(network.weights, network.parts, strict=True):
            out += weight * (run_tiled(part, photo, device, tile) - photo)
        return out.clamp_(-1, 1)
    assert isinstance(network, ClosedForm | Generator)
    evened = _evened(network.levels, photo, device, tile)
    mapped = _mapped(network.photo_transport, evened, device, tile)
    clear = _clear(network.local_contrast, mapped, device, tile)
    if isinstance(network, Generator):
        return _run_generator(network, clear, device, tile)
    return _by_bands(network.transport, clear, device, tile).clamp_(-1, 1)


def _evened(levels: torch.nn.Module, photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """The photo through its levels: measured on the whole of it."""
    if not isinstance(levels, PhotoLevels) or not levels.pull.any():
        return photo
    change = levels.change(measurable(photo).to(device))
    return _by_bands(partial(expose, change=change), photo, device, rows)


def _mapped(transport: torch.nn.Module, photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """The photo through its own map of colours, told from the whole of it."""
    if not isinstance(transport, PhotoTransport):
        return photo
    coefficients = transport.coefficients(thumbnails(photo).to(device))
    return _by_bands(partial(transport.edit, coefficients=coefficients), photo, device, rows)


def _clear(contrast: torch.nn.Module, photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """The photo with its local contrast: neighbourhoods are measured on the whole of it."""
    if not isinstance(contrast, LocalContrast) or not contrast.gain:
        return photo
    around = contrast.neighbourhoods(photo)
    bands = zip(torch.split(photo, rows, dim=2), torch.split(around, rows, dim=2), strict=True)
    return torch.cat([contrast.edit(band.to(device), near.to(device)).cpu() for band, near in bands], dim=2)


def _by_bands(edit: Callable[[Tensor], Tensor], photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """An edit that treats every pixel alike."""
    return torch.cat([edit(band.to(device)).float().cpu() for band in torch.split(photo, rows, dim=2)], dim=2)


def _run_generator(generator: Generator, photo: Tensor, device: torch.device, size: int) -> Tensor:
    padding = Padding(*photo.shape[2:])
    padded = padding.pad(photo)
    shape = (padded.shape[2], padded.shape[3])
    tiles = list(_tiles(shape, size))
    attentions = [module for module in generator.attention if isinstance(module, GlobalAttention)]
    statistics = _gather_statistics(generator, attentions, padded, tiles, device)
    out = torch.empty_like(padded)
    for tile in tiles:
        x = tile.cut(padded, device)
        features = generator.encode(x)
        attended = [
            attend.fuse(attend.project(z), *known)
            for attend, z, known in zip(attentions, features, statistics, strict=bool(attentions))
        ] or features
        residual = generator.residual(x, features[0], attended, partial(tile.upsample, shape=shape))
        out[..., tile.kept[0], tile.kept[1]] = tile.keep(generator.finish(x, residual)).float().cpu()
    return padding.crop(out)


class _Tile(NamedTuple):
    """A rectangle of the photo: the rows and columns that are kept, and those with the halo."""

    kept: tuple[slice, slice]
    seen: tuple[slice, slice]

    @property
    def area(self) -> int:
        """Pixels kept."""
        rows, columns = self.kept
        return int((rows.stop - rows.start) * (columns.stop - columns.start))

    def cut(self, photo: Tensor, device: torch.device) -> Tensor:
        tile = photo[..., self.seen[0], self.seen[1]].to(device, non_blocking=True)
        return tile.contiguous(memory_format=torch.channels_last)

    def keep(self, features: Tensor) -> Tensor:
        """Features of the seen rectangle, at any stage's size -> those of the kept one."""
        for dim, kept, seen in zip((2, 3), self.kept, self.seen, strict=True):
            step = (seen.stop - seen.start) // features.shape[dim]
            start, length = (kept.start - seen.start) // step, (kept.stop - kept.start) // step
            features = features.narrow(dim, start, length)
        return features

    def upsample(self, features: Tensor, shape: tuple[int, int]) -> Tensor:
        """Bilinear x2 at the places that the tile's positions have when the whole photo's corners are aligned."""
        for dim, seen, whole in zip((2, 3), self.seen, shape, strict=True):
            length = features.shape[dim]
            step = (seen.stop - seen.start) // length
            size, first = whole // step, seen.start // step
            # float32, as torch rounds them: at 1,000 pixels from the corner that matters.
            place = torch.arange(2 * first, 2 * (first + length), dtype=torch.float32) * ((size - 1) / (2 * size - 1))
            place = (place - first).clamp_(0, length - 1)
            below = place.long()
            above = (below + 1).clamp_(max=length - 1)
            weight = (place - below).to(features.dtype).view(-1, *[1] * (3 - dim)).to(features.device)
            lower, upper = (features.index_select(dim, index.to(features.device)) for index in (below, above))
            features = torch.lerp(lower, upper, weight)
        return features


def _tiles(shape: tuple[int, int], size: int) -> Iterator[_Tile]:
    """Tiles that cover a photo whose sides are multiples of 16."""

    def spans(length: int) -> Iterator[tuple[slice, slice]]:
        for start in range(0, length, size):
            stop = min(start + size, length)
            yield slice(start, stop), slice(max(0, start - HALO), min(stop + HALO, length))

    for rows in spans(shape[0]):
        for columns in spans(shape[1]):
            yield _Tile((rows[0], columns[0]), (rows[1], columns[1]))


def _gather_statistics(
    generator: Generator,
    attentions: Sequence[GlobalAttention],
    photo: Tensor,
    tiles: Sequence[_Tile],
    device: torch.device,
) -> list[tuple[Tensor, Tensor]]:
    """Mean and variance of what each attention module projects, over the whole photo, fine to coarse."""
    if not attentions:
        return []
    found = []
    for tile in tiles:
        features = generator.encode(tile.cut(photo, device))
        kept = (tile.keep(attend.project(z)) for attend, z in zip(attentions, features, strict=True))
        found.append([GlobalAttention.statistics(projected) for projected in kept])
    shares = torch.tensor([tile.area for tile in tiles], dtype=torch.float64) / (photo.shape[2] * photo.shape[3])
    return [_pooled(shares, parts, device) for parts in zip(*found, strict=True)]


def _pooled(shares: Tensor, parts: Sequence[tuple[Tensor, Tensor]], device: torch.device) -> tuple[Tensor, Tensor]:
    """The mean and variance of a photo from those of its tiles and their shares of it."""
    means, variances = (torch.stack(moment).cpu().double() for moment in zip(*parts, strict=True))
    shares = shares.view(-1, 1, 1, 1, 1)
    mean = (shares * means).sum(0)
    variance = (shares * (variances + (means - mean).square())).sum(0)
    return mean.float().to(device), variance.float().to(device)
