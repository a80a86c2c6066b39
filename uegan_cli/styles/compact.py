"""New styles as they are delivered: weights rounded to float16, with a preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from ..look.config import NetworkConfig
from .card import Card
from .file import Style, make_style
from .preview import make_preview


def make_compact_style(name: str, config: NetworkConfig, weights: Mapping[str, Tensor], card: Card) -> Style:
    """Make a style of weights under stored names, rounded to float16, with a preview.

    Rounding halves the file and moves a result by far less than a level; what is stored is what runs. Raises
    StyleError if weights and config do not belong together.
    """
    style = make_style(name, config, {key: tensor.half() for key, tensor in weights.items()}, card)
    return replace(style, preview=make_preview(style.generator))
