"""Colour conversion between a photo's own space and sRGB, by ICC profiles (ICC.1:2022), with LittleCMS.

Conversions are relative colorimetric with black point compensation. With float32 every step is computed exactly; with 8
and 16 bits LittleCMS takes shortcuts, whose error is a level or two of 255 (more for clipped colours). Only facts about
profiles are kept between calls, so any number of threads can convert at a time.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .photo import Pixels

Scalar = TypeVar("Scalar", bound=np.generic)

_ONE_LEVEL = 1 / 255
_MAX_WHITE_ERROR = 0.02
_RELATIVE_COLORIMETRIC = 1
_BLACK_POINT_COMPENSATION = 0x2000
_SPACES = {b"RGB ": "rgb", b"GRAY": "gray", b"CMYK": "cmyk"}
_BROKEN = (RuntimeError, ValueError, LookupError)
"""Raised by a conversion with a broken profile."""

D65 = (0.3127, 0.3290)
SRGB_PRIMARIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_PRIMARIES = {
    1: SRGB_PRIMARIES,
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""x and y of red, green and blue by code point (ITU-T H.273): BT.709, BT.2020, Display P3; white is D65."""

_GAMMAS = {1: None, 4: 2.2, 5: 2.8, 6: None, 8: 1.0, 13: None, 14: None, 15: None}
"""Exponents of tone curves by code point; None is sRGB's curve, which screens also use for BT.709 and its kin."""
_GAMMA_LIMITS = (0.9, 4.0)
"""An exponent outside is a mistake, such as that of the inverse curve."""


def to_srgb(pixels: NDArray[Scalar], profile: bytes | None) -> NDArray[Scalar]:
    """Convert pixels from the space of `profile` to sRGB; colours outside sRGB are clipped.

    pixels: H x W x 3, uint8, uint16, or float32 with white = 1. A greyscale profile is a tone curve for each channel.

    Returns `pixels` itself if there is nothing to convert: no profile, one that does what sRGB does, or a broken one.
    """
    return pixels if profile is None or is_srgb(profile) else _convert(pixels, profile, _srgb())


def from_srgb(pixels: NDArray[Scalar], profile: bytes | None) -> NDArray[Scalar]:
    """Convert pixels from sRGB to the space of `profile`: the inverse of `to_srgb`.

    A profile without an inverse, such as a scanner's, leaves `pixels` as they are.
    """
    if profile is None or is_srgb(profile) or not _works(_srgb(), profile):
        return pixels
    return _convert(pixels, _srgb(), profile)


def to_8_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """Round pixels to 8 bits a channel; 8-bit pixels stay as they are."""
    if pixels.dtype == np.uint8:
        return pixels.view(np.uint8)
    return ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


def from_inks(inks: Pixels, separation: bytes) -> Pixels:
    """Convert inks, H x W x 4, the largest value is full ink, to H x W x 3 in the space of `print_rgb()`."""
    return _convert(inks, separation, print_rgb())


def to_inks(pixels: Pixels, separation: bytes) -> Pixels:
    """Convert pixels to inks: the inverse of `from_inks`; the profile decides how much of dark colours is black ink."""
    return _convert(pixels, print_rgb(), separation)


@lru_cache(maxsize=32)
def is_srgb(profile: bytes | None) -> bool:
    """Return whether pixels in `profile` can be taken for sRGB: no colour differs by more than a level of 255."""
    if profile is None or is_broken(profile):
        return True
    levels = np.linspace(0, 1, 9, dtype=np.float32)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    return bool(np.abs(_convert(colours, profile, _srgb()) - colours).max() <= _ONE_LEVEL)


def is_broken(profile: bytes) -> bool:
    """Return whether the profile cannot be used for three channels: a broken one, or one for other channels."""
    return profile[16:20] not in (b"RGB ", b"GRAY") or not _works(profile, _srgb())


def can_separate(profile: bytes | None) -> bool:
    """Return whether `profile` is a CMYK profile that works in both directions."""
    if profile is None or profile[16:20] != b"CMYK":
        return False
    return _works(profile, print_rgb()) and _works(print_rgb(), profile)


@cache
def print_rgb() -> bytes:
    """Return the profile of Adobe RGB (1998), which holds nearly all colours of inks; sRGB does not."""
    import imagecodecs

    return _undated(imagecodecs.cms_profile("adobergb"))


def build_profile(
    primaries: tuple[float, ...] | None, white: tuple[float, float] = D65, gamma: float | None = None
) -> bytes | None:
    """Build a profile from primaries, white and gamma; None if that is sRGB, or impossible.

    primaries: x and y of red, green and blue, or None for greyscale. gamma: exponent from pixels to light; None is
    sRGB's curve.
    """
    import imagecodecs

    if gamma is not None and not _GAMMA_LIMITS[0] <= gamma <= _GAMMA_LIMITS[1]:
        return None
    space = "rgb" if primaries else "gray"
    curve = None if gamma else srgb_to_light(np.linspace(0, 1, 1024)).astype(np.float32)
    try:
        made = imagecodecs.cms_profile(
            space, whitepoint=white, primaries=primaries, gamma=gamma, transferfunction=curve
        )
    except _BROKEN:
        return None
    return None if is_srgb(made) or not _keeps_white(made) else _undated(made)


def profile_from_code_points(primaries: int, transfer: int) -> bytes | None:
    """Build a profile from ITU-T H.273 code points (PNG's cICP, HEIF's nclx); None for sRGB, HDR and unknown ones."""
    if primaries not in _PRIMARIES or transfer not in _GAMMAS:
        return None
    return build_profile(_PRIMARIES[primaries], gamma=_GAMMAS[transfer])


def _keeps_white(profile: bytes) -> bool:
    brightest = _convert(np.ones((1, 1, 3), np.float32), profile, _srgb())
    return bool(np.abs(brightest - 1).max() < _MAX_WHITE_ERROR)


def srgb_to_light(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Decode sRGB values, 0..1, to values proportional to light, 0..1 (IEC 61966-2-1)."""
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def light_to_srgb(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Encode values proportional to light, 0..1, as sRGB: the inverse of `srgb_to_light`."""
    return np.where(y <= 0.0031308, 12.92 * y, 1.055 * y ** (1 / 2.4) - 0.055)


def _undated(profile: bytes) -> bytes:
    """Set the date (bytes 24 to 35) to a constant, so that the same photo always gives the same file."""
    return profile[:24] + bytes.fromhex("07D000010001000000000000") + profile[36:]


@cache
def _srgb() -> bytes:
    import imagecodecs

    return bytes(imagecodecs.cms_profile("srgb"))


@lru_cache(maxsize=64)
def _works(source: bytes, target: bytes) -> bool:
    """Return whether colours can be converted from one profile to the other."""
    channels = 4 if source[16:20] == b"CMYK" else 3
    ramp = np.linspace(0, 255, 8 * channels).astype(np.uint8).reshape(2, 4, channels)
    try:
        _convert(ramp, source, target)
    except _BROKEN:
        return False
    return True


def _convert(pixels: NDArray[Scalar], source: bytes, target: bytes) -> NDArray[Scalar]:
    """Convert H x W x channels from one profile to the other; the type stays, and floats are clipped to 0..1."""
    if b"GRAY" in (source[16:20], target[16:20]):
        converted = _convert_each(pixels, source, target)
    else:
        converted = _transform(pixels, source, target)
    return converted.clip(0, 1, out=converted) if converted.dtype.kind == "f" else converted


def _convert_each(pixels: NDArray[Scalar], source: bytes, target: bytes) -> NDArray[Scalar]:
    """Apply a greyscale profile, a tone curve, to each of three channels."""
    greys = pixels.reshape(len(pixels), -1)
    if source[16:20] == b"GRAY":
        return _transform(greys, source, target)[..., 0].reshape(pixels.shape)
    return _transform(np.repeat(greys[..., None], 3, axis=2), source, target).reshape(pixels.shape)


def _transform(pixels: NDArray[Scalar], source: bytes, target: bytes) -> NDArray[Scalar]:
    import imagecodecs

    converted: NDArray[Scalar] = imagecodecs.cms_transform(
        pixels,
        source,
        target,
        colorspace=_SPACES[source[16:20]],
        outcolorspace=_SPACES[target[16:20]],
        intent=_RELATIVE_COLORIMETRIC,
        flags=_BLACK_POINT_COMPENSATION,
    )
    return converted
