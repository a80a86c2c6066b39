"""Patches that show the same kind of thing, found whatever their tone and colour.

Two folders show different things, and a comparison of their colours takes that for a difference in look: a folder of
forests is not a folder with a green cast. So every patch of the raw photos is compared with the liked patch that shows
the most similar thing: sky with sky, skin with skin.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..losses.features import Features
from .toning import luma

PATCH = 16
"""Pixels along a side of a patch, in a photo whose short side is SHORT_SIDE."""

SHORT_SIDE = 192
COLOURS = 4
"""A patch keeps COLOURS x COLOURS area-averaged colours."""

RELU4_1 = 3


@dataclass(frozen=True)
class Patches:
    """The patches of a set of photos, one a row.

    colours: P x 16 x 3 in [-1, 1]. content: P x C, unit length, blind to tone and colour; C = 0 without features.
    photo: P, the number of the photo the patch is from.
    """

    colours: Tensor
    content: Tensor
    photo: Tensor


def photo_patches(photos: Sequence[Tensor], features: Features | None) -> Patches:
    """Cut photos (3 x H x W uint8) into patches and describe what each shows."""
    colours, content, numbers = [], [], []
    for number, photo in enumerate(photos):
        x = _at_matching_size(photo)
        colours.append(_colours(x))
        content.append(_content(x, features) if features is not None else torch.zeros(len(colours[-1]), 0))
        numbers.append(torch.full((len(colours[-1]),), number))
    return Patches(torch.cat(colours), torch.cat(content), torch.cat(numbers))


def nearest(raw: Patches, liked: Patches) -> Tensor:
    """For every raw patch, the row of the liked patch that shows the most similar thing (cosine)."""
    return torch.cat([(rows @ liked.content.T).argmax(dim=1) for rows in _chunks(raw.content)])


def _chunks(rows: Tensor, size: int = 2048) -> Iterator[Tensor]:
    return iter(rows.split(size))


def _at_matching_size(photo: Tensor) -> Tensor:
    """3 x H x W uint8 -> 1 x 3 x h x w in [-1, 1], short side at most SHORT_SIDE, multiples of PATCH."""
    height, width = photo.shape[1:]
    scale = min(1.0, SHORT_SIDE / min(height, width))
    h, w = (max(PATCH, round(side * scale / PATCH) * PATCH) for side in (height, width))
    x = photo[None].float() / 127.5 - 1
    return F.interpolate(x, (h, w), mode="area") if (h, w) != (height, width) else x


def _colours(x: Tensor) -> Tensor:
    """1 x 3 x h x w -> P x 16 x 3."""
    cells = F.avg_pool2d(x, PATCH // COLOURS)
    patches = F.unfold(cells, COLOURS, stride=COLOURS)
    return patches[0].view(3, COLOURS * COLOURS, -1).permute(2, 1, 0)


def _content(x: Tensor, features: Features) -> Tensor:
    """1 x 3 x h x w -> P x C: relu4_1 of the equalised grey photo, one vector a patch."""
    grey = equalise(luma((x + 1) / 2))
    dtype = next(features.parameters()).dtype
    with torch.no_grad():
        maps = features((grey * 2 - 1).expand(-1, 3, -1, -1).to(dtype), deepest=RELU4_1)[RELU4_1].float()
    described = F.instance_norm(F.avg_pool2d(maps, 2))
    return F.normalize(described.flatten(2)[0].T, dim=1)


def equalise(grey: Tensor) -> Tensor:
    """1 x 1 x H x W in [0, 1] -> the same with its values spread evenly: each becomes its rank."""
    flat = grey.flatten()
    ordered = flat.sort().values
    return (torch.searchsorted(ordered, flat).float() / max(1, flat.numel() - 1)).view_as(grey)
