"""By how much liked photos have more local contrast than raw ones.

How much detail there is depends on what photos show and on their tones; how it falls off from one size to the next,
hardly: in photos of nature and of towns alike it follows one law. Local contrast breaks it, at its own size.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ..look.local_contrast import LocalContrast
from ..look.look import FittedLook
from .content import deepest, described, enhance_small, even, explain
from .photo_set import Folder
from .statistics import clarity, colours_of

SURE = 3.0
"""Standard errors by which a difference must stand out."""

TRIAL = 0.5
MOST = 1.0
"""Of gain."""


def local_contrast(raw: Folder, liked: Folder) -> tuple[LocalContrast, Folder]:
    """The local contrast that liked photos have beyond raw ones, none where it is not sure; and the raw photos with it.

    Deep features see it too and take a part of it for what photos show. They do so less the nearer the raw photos come,
    so what a trial leaves tells how far to go.
    """
    more, error = _beyond(raw, liked)
    if more <= SURE * error:
        return LocalContrast(), raw
    tried = _seen(raw, LocalContrast(TRIAL))
    tried = replace(tried, content=described(tried.photos, raw.features))
    gained = more - _beyond(tried, liked)[0]
    found = LocalContrast(min(MOST, TRIAL * more / gained) if gained > 0 else MOST)
    return found, replace(_seen(raw, found), content=tried.content)


def _seen(raw: Folder, contrast: LocalContrast) -> Folder:
    form = FittedLook()
    form.local_contrast = contrast
    photos = [enhance_small(form, photo) for photo in raw.photos]
    return replace(raw, photos=photos, colours=colours_of(photos, torch.Generator().manual_seed(0)))


def _beyond(raw: Folder, liked: Folder) -> tuple[float, float]:
    """By how much liked photos have more of it, as far as what they show does not explain it, and its error."""
    rows: tuple[Tensor, Tensor] = clarity(raw.photos), clarity(liked.photos)
    content = deepest(raw.content), deepest(liked.content)
    explained = explain(content, rows, (even(rows[0]), even(rows[1])))
    more = float(rows[1].mean() + explained.difference - rows[0].mean())
    return more, sum(float(left.var()) / len(left) for left in explained.left) ** 0.5
