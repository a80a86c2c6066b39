"""A style without training: the instant look of two sets of photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ..enhancement.devices import has_bfloat16
from ..look.config import LookConfig
from ..losses.features import Features
from ..styles.card import Card
from ..styles.compact import make_compact_style
from ..styles.file import Style
from ..styles.stored_names import stored_weights
from .instant_look import fit_instant_look
from .photo_set import describe_photos


def make_instant_style(
    name: str, raw: Sequence[Tensor], liked: Sequence[Tensor], features: Features | None, card: Card
) -> Style:
    """Fit the instant look from raw to liked photos (3 x H x W uint8) on the CPU, and make a style of it.

    features: describe what the photos show, if there are any; moved to bfloat16 where the CPU computes in it. card: its
    data and recipe are completed.
    """
    if features is not None and has_bfloat16(torch.device("cpu")):
        features.to(torch.bfloat16)
    fitted = fit_instant_look(describe_photos(raw, features), describe_photos(liked, features))
    data = {"liked": len(liked), "raw": len(raw)}
    recipe = {"method": "closed form", "deep_features": fitted.deep_features}
    card = replace(card, data={**data, **card.data}, recipe={**recipe, **card.recipe})
    return make_compact_style(name, LookConfig(), stored_weights(fitted.look), card)
