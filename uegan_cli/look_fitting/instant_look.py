"""The instant look: a look without a network that takes the tones and colours of raw photos to those of liked ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..look.look import FittedLook
from .colour_map_fit import fit_colour_map
from .content import Content
from .exposure_spread import fit_exposure_spread
from .inverse_colour_map import InverseColourMap
from .local_contrast_fit import fit_local_contrast
from .photo_set import PhotoSet, apply_to_colours

BALANCING_ROUNDS = 2
"""The first exposure balance is fitted through a colour map that was fitted without one; the second improves on it."""


@dataclass(frozen=True)
class InstantLook:
    """The look, and how it was found.

    deep_features: whether a VGG described what the photos show. raw_content: what the raw photos show, described with
    the local contrast of the look where that was fitted.
    """

    look: FittedLook
    deep_features: bool
    raw_content: Content


def fit_instant_look(raw: PhotoSet, liked: PhotoSet, seed: int = 0) -> InstantLook:
    """Fit the look from raw to liked photos: local contrast, colour map, and exposure balance where it is significant.

    Both sets are described with the same features. seed: see `fit_colour_map`.
    """
    look = FittedLook()
    look.local_contrast, raw = fit_local_contrast(raw, liked)
    balanced = raw
    look.colour_map = fit_colour_map(raw, liked, seed)
    for _ in range(BALANCING_ROUNDS):
        spread = fit_exposure_spread(raw, liked, InverseColourMap.fit(look.colour_map, balanced.colours))
        if not spread.pull.any():
            break
        look.exposure_balance = spread.balance()
        balanced = replace(raw, colours=apply_to_colours(look.exposure_balance, raw.colours))
        look.colour_map = fit_colour_map(balanced, liked, seed)
    return InstantLook(look.requires_grad_(False), len(raw.content) > 1, raw.content)
