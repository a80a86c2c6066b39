"""Between a photo's own colour space and sRGB, by its ICC profile (ICC.1:2022, relative colorimetric).

Transforms are built once a profile and can be applied by several threads at a time.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from .photo import Pixels

_ONE_LEVEL = 1
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC


def to_srgb(pixels: Pixels, profile: bytes | None) -> Pixels:
    """H x W x 3 uint8 in the space of `profile` -> the same in sRGB.

    Returns `pixels` itself where there is nothing to convert: no profile, a profile that is sRGB by what it does, a
    greyscale one (a tone curve cannot change a hue) or a broken one.
    """
    return _apply(pixels, _transforms(profile)[0]) if profile and not is_srgb(profile) else pixels


def from_srgb(pixels: Pixels, profile: bytes | None) -> Pixels:
    """The inverse of `to_srgb`: H x W x 3 uint8 in sRGB -> the same in the space of `profile`."""
    return _apply(pixels, _transforms(profile)[1]) if profile and not is_srgb(profile) else pixels


def to_8_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """The same colours, rounded to 8 bits a channel; 8-bit pixels as they are."""
    if pixels.dtype == np.uint8:
        return pixels.view(np.uint8)
    return ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


@lru_cache(maxsize=32)
def is_srgb(profile: bytes | None) -> bool:
    """Whether pixels under `profile` are taken as sRGB as they are: no colour moves by more than a level of 255."""
    if profile is None or is_grey(profile) or is_broken(profile):
        return True
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    moved = _apply(colours, _transforms(profile)[0]).astype(int) - colours
    return bool(np.abs(moved).max() <= _ONE_LEVEL)


def is_grey(profile: bytes) -> bool:
    """Whether the profile is for one channel (its header names the colour space at byte 16)."""
    return profile[16:20] == b"GRAY"


def is_broken(profile: bytes) -> bool:
    """Whether no transform between the profile's RGB and sRGB can be built."""
    if is_grey(profile):
        return False
    try:
        _transforms(profile)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return True
    return False


@lru_cache(maxsize=32)
def _transforms(profile: bytes) -> tuple[ImageCms.ImageCmsTransform, ImageCms.ImageCmsTransform]:
    """To sRGB and back."""
    own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    srgb = ImageCms.createProfile("sRGB")
    there = ImageCms.buildTransform(own, srgb, "RGB", "RGB", _INTENT)
    return there, ImageCms.buildTransform(srgb, own, "RGB", "RGB", _INTENT)


def _apply(pixels: Pixels, transform: ImageCms.ImageCmsTransform) -> Pixels:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return np.array(ImageCms.applyTransform(image, transform))
