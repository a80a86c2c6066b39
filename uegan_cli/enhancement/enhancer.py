"""A photo in, the same photo in a style out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import UsageError
from ..look.look import FittedLook
from ..look.srgb import luma_of_planes
from ..photo import colour
from ..photo.photo import Photo, Pixels
from ..styles.file import Style
from ..styles.store import load_style
from . import devices
from .colour_map_edit import ColourMapEdit
from .downsampling import area_average, working_shape
from .edit_grid_fit import fit
from .tiling import run_tiled

Conversion = Callable[[NDArray[np.float32], bytes | None], NDArray[np.float32]]
"""`colour.to_srgb` or `colour.from_srgb`."""


class Enhancer:
    """Applies a style to photos, at full resolution.

    The network sees the photo at the style's working size, the size it was trained at: at another size its result looks
    different. An edit grid of colour transforms is fitted to what it changes there and applied to every pixel. Styles
    that only map colours need no grid.

        >>> from uegan_cli import Enhancer, read_photo, write_photo
        >>> enhancer = Enhancer("natural", device="cpu", strength=0.8)
        >>> photo = read_photo("in.jpg")
        >>> edited = enhancer.enhance(photo)
        >>> edited.pixels.shape == photo.pixels.shape, edited.profile == photo.profile
        (True, True)
        >>> write_photo(edited, "out.jpg").path.name
        'out.jpg'

    style: a Style, or the name or file of one. device: auto, cpu, cuda[:N] or mps. strength: 0 returns the photo as it
    is, 1 applies the style as it was learnt. full_network: run the network on the full-size photo instead, in tiles;
    coarser, and slow without a GPU. threads: CPU threads for one photo; by default as many as torch uses. Several
    threads may share an Enhancer.

    Raises UsageError for a strength out of range, StyleError, and DeviceError for a device that is not there.
    """

    def __init__(
        self,
        style: Style | str | Path,
        *,
        device: str = "auto",
        strength: float = 1.0,
        full_network: bool = False,
        threads: int | None = None,
    ) -> None:
        if not 0 <= strength <= 1:
            raise UsageError(f"strength {strength:g} is out of range; it goes from 0 (nothing) to 1 (the whole style)")
        self.style = style if isinstance(style, Style) else load_style(style)
        self.device = devices.choose(device)
        self.strength = strength
        self.full_network = full_network
        self.threads = threads or torch.get_num_threads()
        generator = copy.deepcopy(self.style.generator)
        self._generator = generator.to(self.device).to(memory_format=torch.channels_last)

    @torch.no_grad()
    def enhance(self, photo: Photo) -> Photo:
        """Return the photo in the style, with its size, type, colour space and metadata; greyscale stays grey.

        Raises DeviceError when memory runs out.
        """
        if self.strength == 0:
            return photo
        with devices.computing_with(self.threads), devices.enough_memory(self.device, photo.name):
            pixels = self._at_full_size(photo) if self.full_network else self._through_small(photo)
        if photo.grey:
            pixels[..., 1:] = pixels[..., :1]
        return replace(photo, pixels=pixels)

    def _through_small(self, photo: Photo) -> Pixels:
        full = _upload(photo.pixels, devices.able_to_hold(photo.pixels.dtype, self.device))
        shape = working_shape(full.shape[0], full.shape[1], self.style.working_size)
        threads = self.threads if full.device.type == "cpu" else 1
        small = (area_average(full, *shape, threads) / _white(full)).to(self.device)
        edit = self._colour_map_edit(small, photo) or fit(small, self._edit(small, photo))
        edited = edit.scaled(self.strength).to(full.device).apply(full.permute(2, 0, 1), threads=threads)
        return _download(edited.permute(1, 2, 0))

    def _colour_map_edit(self, small: Tensor, photo: Photo) -> ColourMapEdit | None:
        """Return the edit where the style is one map of colours for the whole photo and the photo is in sRGB."""
        generator = self._generator
        if not isinstance(generator, FittedLook) or photo.grey or not colour.is_srgb(photo.profile):
            return None
        map = generator.photo_colour_map((small * 2 - 1)[None])
        return None if map is None else ColourMapEdit(map)

    def _at_full_size(self, photo: Photo) -> Pixels:
        full = _upload(photo.pixels, torch.device("cpu"))
        white = _white(full)
        pixels = full.permute(2, 0, 1).float() / white
        edited = pixels.add_(self._edit(pixels, photo), alpha=self.strength).mul_(white)
        return _download(edited.round_().clamp_(0, white).permute(1, 2, 0).to(full.dtype).contiguous())

    def _edit(self, pixels: Tensor, photo: Photo) -> Tensor:
        """Return what the style adds to `pixels`, 3 x h x w with white = 1, in the colour space of the photo.

        A difference throughout, so that colours outside sRGB are shifted, not clipped (by as much as the nearest colour
        of sRGB), and no change is exactly 0.
        """
        if colour.is_srgb(photo.profile):
            edit = self._change(pixels)
        else:
            srgb = self._converted(pixels, colour.to_srgb, photo.profile)
            after = self._converted(srgb + self._change(srgb), colour.from_srgb, photo.profile)
            edit = after - self._converted(srgb, colour.from_srgb, photo.profile)
        return luma_of_planes(edit).expand_as(edit).contiguous() if photo.grey else edit

    def _converted(self, pixels: Tensor, convert: Conversion, profile: bytes | None) -> Tensor:
        """Convert 3 x h x w floats to another colour space, some of the rows in each thread."""
        rows = pixels.permute(1, 2, 0).cpu().numpy()
        bands = np.array_split(rows, min(self.threads, len(rows)))
        with ThreadPoolExecutor(self.threads) as pool:
            converted = np.concatenate(list(pool.map(lambda band: convert(band, profile), bands)))
        return torch.from_numpy(converted).permute(2, 0, 1).to(pixels.device).contiguous()

    def _change(self, srgb: Tensor) -> Tensor:
        """Return `network(x) - x` for 3 x h x w in sRGB, in units of white."""
        x = (srgb * 2 - 1)[None]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=devices.has_bfloat16(self.device)):
            if self.full_network:
                out = run_tiled(self._generator, x, self.device)
            else:
                out = self._generator(x.contiguous(memory_format=torch.channels_last))
        return (out.float() - x)[0] / 2


def _white(pixels: Tensor) -> int:
    return int(torch.iinfo(pixels.dtype).max)


def _upload(pixels: Pixels, device: torch.device) -> Tensor:
    """Copy H x W x 3 pixels to the device."""
    host = torch.from_numpy(np.require(pixels, requirements=["C", "W"]))
    return host.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else host.to(device)


def _download(pixels: Tensor) -> Pixels:
    """Invert `_upload`."""
    if pixels.device.type != "cuda":
        return pixels.cpu().numpy()
    host = torch.empty_like(pixels, device="cpu", pin_memory=True).copy_(pixels, non_blocking=True)
    torch.cuda.synchronize(pixels.device)
    return host.numpy()
