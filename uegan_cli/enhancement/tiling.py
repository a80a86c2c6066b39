"""The network itself on a full-size photo, in tiles, equal to the untiled network.

Two parts of the generator see the whole photo: the statistics of global attention, and the bilinear upsampling, whose
aligned corners make every position depend on the size of the photo. A first pass gathers the statistics at the five
scales; the second runs each tile with these statistics and its position in the photo. Naive tiles reach only 38 dB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ..look.adaptive_colour_map import AdaptiveColourMap, thumbnails
from ..look.blend import Blend
from ..look.exposure_balance import ExposureBalance, expose, shrink_to_measure
from ..look.local_contrast import LocalContrast
from ..look.look import FittedLook
from ..look.styled_generator import StyledGenerator
from ..networks.attention import GlobalAttention
from ..networks.blocks import Padding
from ..networks.generator import Generator

TILE = 768
"""Side of the part of a tile that is kept, in pixels."""
HALO = 96
"""Margin around it, in pixels: the receptive field reaches 81 pixels, and tiles begin at multiples of 16."""


def run_tiled(network: torch.nn.Module, photo: Tensor, device: torch.device, tile: int = TILE) -> Tensor:
    """Run the network on 1 x 3 x H x W in [-1, 1] on the CPU, with only one tile at a time on the device.

    tile: a multiple of 16. The network must be on the device.
    """
    if isinstance(network, Blend):
        out = photo.clone()
        for weight, part in zip(network.weights, network.parts, strict=True):
            out += weight * (run_tiled(part, photo, device, tile) - photo)
        return out.clamp_(-1, 1)
    assert isinstance(network, FittedLook | StyledGenerator)
    look = network.look if isinstance(network, StyledGenerator) else network
    balanced = _balanced(look.exposure_balance, photo, device, tile)
    mapped = _mapped(look.adaptive_colour_map, balanced, device, tile)
    prepared = _with_contrast(look.local_contrast, mapped, device, tile)
    if isinstance(network, StyledGenerator):
        return _run_generator(network, prepared, device, tile)
    return _by_bands(look.colour_map, prepared, device, tile).clamp_(-1, 1)


def _balanced(balance: torch.nn.Module, photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """Balance the photo by stops that are measured on the whole of it."""
    if not isinstance(balance, ExposureBalance) or not balance.pull.any():
        return photo
    stops = balance.stops(shrink_to_measure(photo).to(device))
    return _by_bands(partial(expose, stops=stops), photo, device, rows)


def _mapped(colour_map: torch.nn.Module, photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """Apply the adaptive colour map that is predicted from the whole photo."""
    if not isinstance(colour_map, AdaptiveColourMap):
        return photo
    coefficients = colour_map.coefficients(thumbnails(photo).to(device))
    return _by_bands(partial(colour_map.edit, coefficients=coefficients), photo, device, rows)


def _with_contrast(contrast: torch.nn.Module, photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """Add local contrast, with neighbourhoods that are measured on the whole photo."""
    if not isinstance(contrast, LocalContrast) or not contrast.gain:
        return photo
    around = contrast.neighbourhoods(photo)
    bands = zip(torch.split(photo, rows, dim=2), torch.split(around, rows, dim=2), strict=True)
    return torch.cat([contrast.edit(band.to(device), near.to(device)).cpu() for band, near in bands], dim=2)


def _by_bands(edit: Callable[[Tensor], Tensor], photo: Tensor, device: torch.device, rows: int) -> Tensor:
    """Apply an edit that treats all pixels alike."""
    return torch.cat([edit(band.to(device)).float().cpu() for band in torch.split(photo, rows, dim=2)], dim=2)


def _run_generator(styled: StyledGenerator, photo: Tensor, device: torch.device, size: int) -> Tensor:
    generator = styled.generator
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
        residual = generator.decode(x, features[0], attended, partial(tile.upsample, shape=shape))
        out[..., tile.kept[0], tile.kept[1]] = tile.keep(styled.look.finish(x + residual)).float().cpu()
    return padding.crop(out)


class _Tile(NamedTuple):
    """A rectangle of the photo: the rows and columns that are kept, and those with the halo around them."""

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
        """Cut features of the seen rectangle, at the size of any stage, down to the kept one."""
        for dim, kept, seen in zip((2, 3), self.kept, self.seen, strict=True):
            step = (seen.stop - seen.start) // features.shape[dim]
            start, length = (kept.start - seen.start) // step, (kept.stop - kept.start) // step
            features = features.narrow(dim, start, length)
        return features

    def upsample(self, features: Tensor, shape: tuple[int, int]) -> Tensor:
        """Upsample by 2, bilinearly, as if the corners of the whole photo were aligned."""
        for dim, seen, whole in zip((2, 3), self.seen, shape, strict=True):
            length = features.shape[dim]
            step = (seen.stop - seen.start) // length
            size, first = whole // step, seen.start // step
            # float32, to round as torch does: 1,000 pixels from the corner that matters.
            place = torch.arange(2 * first, 2 * (first + length), dtype=torch.float32) * ((size - 1) / (2 * size - 1))
            place = (place - first).clamp_(0, length - 1)
            below = place.long()
            above = (below + 1).clamp_(max=length - 1)
            weight = (place - below).to(features.dtype).view(-1, *[1] * (3 - dim)).to(features.device)
            lower, upper = (features.index_select(dim, index.to(features.device)) for index in (below, above))
            features = torch.lerp(lower, upper, weight)
        return features


def _tiles(shape: tuple[int, int], size: int) -> Iterator[_Tile]:
    """Cover a photo whose sides are multiples of 16 with tiles."""

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
    """Return mean and variance of the projection in each attention module, over the whole photo, fine to coarse."""
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
    """Pool the means and variances of tiles, weighted by their shares of the photo."""
    means, variances = (torch.stack(moment).cpu().double() for moment in zip(*parts, strict=True))
    shares = shares.view(-1, 1, 1, 1, 1)
    mean = (shares * means).sum(0)
    variance = (shares * (variances + (means - mean).square())).sum(0)
    return mean.float().to(device), variance.float().to(device)
