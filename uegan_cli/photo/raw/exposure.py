"""Brighten a linear picture as the camera did, and encode it as sRGB (IEC 61966-2-1)."""

from __future__ import annotations

import math

import numpy as np

from ..colour import light_to_srgb
from ..orientation import strips
from ..photo import Pixels

SAMPLES_PER_SIDE = 250
"""Pixels along the short side that are enough to measure brightness."""

_GREY_CARD = 0.18
_METERED_GREY = 0.128
"""The fraction of saturation at which ISO 12232 exposes a grey card."""

_DEFAULT_GAIN = (_GREY_CARD - _METERED_GREY**2) / (_METERED_GREY * (1 - _GREY_CARD))
"""Brings a grey card that is exposed as in ISO 12232 to its 18 %."""

_GAIN_LIMITS = (0.25, 64.0)
_GAIN_STEPS = 20


def expose(linear: Pixels, brightness: float | None) -> Pixels:
    """Encode `linear` (H x W x C, uint16, proportional to light) as sRGB, in place, and return it.

    brightness: the mean of the encoded values to reach, 0..1; None exposes a grey card as ISO 12232 has it.
    """
    step = max(1, min(linear.shape[:2]) // SAMPLES_PER_SIDE)
    gain = _DEFAULT_GAIN if brightness is None else _find_gain(linear[::step, ::step], brightness)
    curve = tone_curve(gain)
    for rows in strips(*linear.shape[:2]):
        linear[rows] = curve[linear[rows]]
    return linear


def _find_gain(samples: Pixels, brightness: float) -> float:
    """Find the gain that brings the mean of `samples` to `brightness`, by bisection."""
    low, high = _GAIN_LIMITS
    for _ in range(_GAIN_STEPS):
        gain = math.sqrt(low * high)
        if np.mean(tone_curve(gain)[samples]) < 65535 * brightness:
            low = gain
        else:
            high = gain
    return gain


def tone_curve(gain: float) -> Pixels:
    """Return the encoded value, 0..65535, for every linear value, 0..65535: shadows times `gain`, white unchanged.

    The shoulder is Reinhard's (Photographic tone reproduction for digital images, 2002, eq. 4) with white at `gain`.
    """
    x = np.linspace(0, 1, 65536)
    y = x * (gain + x) / (1 + gain * x)
    return np.round(65535 * light_to_srgb(y)).astype(np.uint16)
