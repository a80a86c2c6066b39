"""Blended styles: several at once, or one at part of its strength."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import StyleError
from ..look.config import BlendConfig
from .card import Card
from .file import MAX_PARTS, Style, make_style
from .stored_names import stored_weights

MAX_WEIGHT = 2.0


def blend(name: str, parts: Sequence[tuple[float, Style]], card: Card) -> Style:
    """Make a style whose edit is the weighted sum of the parts' edits. Raises StyleError for weights out of (0, 2]."""
    if not 1 <= len(parts) <= MAX_PARTS:
        raise StyleError(f"a blend needs 1 to {MAX_PARTS} styles")
    for weight, style in parts:
        if not 0 < weight <= MAX_WEIGHT:
            raise StyleError(f"the weight of {style.name!r} must be above 0 and at most 2, not {weight:g}")
    weights = {
        f"parts.{index}.{key}": tensor
        for index, (_, style) in enumerate(parts)
        for key, tensor in stored_weights(style.generator).items()
    }
    config = BlendConfig(tuple((weight, style.config) for weight, style in parts))
    return make_style(name, config, weights, card)


def at_strength(style: Style, strength: float) -> Style:
    """Return the style with its edit weakened (or, above 1, exaggerated), under the same name and card."""
    if strength == 1:
        return style
    return replace(blend(style.name, [(strength, style)], style.card), preview=None)
