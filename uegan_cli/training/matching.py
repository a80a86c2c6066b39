"""Two folders made comparable: patches described by what they show, whatever their tone and colour.

Two folders show different things, and a comparison of their colours takes that for a difference in look: a folder of
forests is not a folder with a green cast. So patches are sorted into kinds by what they show, and each kind is given
the same share in both folders before their colours are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..losses.features import Features
from .toning import luma

PATCH = 16
"""Pixels along a side of a patch, in a photo whose short side is SHORT_SIDE."""

SHORT_SIDE = 192
CELLS = 4
"""A patch keeps CELLS x CELLS area-averaged colours."""

MOST_PHOTOS = 100
"""Photos of a set that are described; more take longer and hardly change what is found."""

KINDS = 64
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

    def __len__(self) -> int:
        return len(self.colours)

    def first(self, photos: int) -> Patches:
        """The patches of the first `photos` photos that there are patches of."""
        rows = torch.isin(self.photo, torch.unique(self.photo)[:photos])
        return Patches(self.colours[rows], self.content[rows], self.photo[rows])

    def sample(self, count: int, rng: torch.Generator) -> Patches:
        """At most `count` of the patches, at random."""
        chosen = torch.randperm(len(self), generator=rng)[:count]
        return Patches(self.colours[chosen], self.content[chosen], self.photo[chosen])


def photo_patches(photos: Sequence[Tensor], features: Features | None) -> Patches:
    """Cut photos (3 x H x W uint8) into patches and describe what each shows. Of many photos, MOST_PHOTOS are taken."""
    colours, content, numbers = [], [], []
    for number in range(0, len(photos), -(-len(photos) // MOST_PHOTOS)):
        photo = photos[number]
        x = at_matching_size(photo)
        colours.append(_colours(x))
        content.append(_content(x, features) if features is not None else torch.zeros(len(colours[-1]), 0))
        numbers.append(torch.full((len(colours[-1]),), number))
    return Patches(torch.cat(colours), torch.cat(content), torch.cat(numbers))


def kinds(one: Patches, two: Patches, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """The kind of content of each patch, 0 .. KINDS - 1, found in both sets together (spherical k-means).

    Without content every patch is of kind 0.
    """
    content = torch.cat([one.content, two.content])
    labels = _k_means(content, rng) if content.shape[1] else torch.zeros(len(content), dtype=torch.long)
    return labels[: len(one)], labels[len(one) :]


def shares(one: Tensor, two: Tensor, times_one: Tensor, times_two: Tensor) -> tuple[Tensor, Tensor]:
    """Weights that give each kind the same share in both sets: the geometric mean of its shares there.

    one, two: the kinds of the patches. times_one, times_two: how often each patch counts, before and besides that.
    A kind that only one set shows gets no weight in it.
    """
    share_one, share_two = (
        torch.bincount(labels, times, minlength=KINDS) / times.sum()
        for labels, times in ((one, times_one), (two, times_two))
    )
    common = (share_one * share_two).sqrt()
    weights = [
        times * (common / share.clamp(min=1e-9))[labels]
        for labels, times, share in ((one, times_one, share_one), (two, times_two, share_two))
    ]
    return weights[0].float(), weights[1].float()


def _k_means(content: Tensor, rng: torch.Generator, rounds: int = 12) -> Tensor:
    centres = content[torch.randperm(len(content), generator=rng)[:KINDS]]
    labels = torch.zeros(len(content), dtype=torch.long)
    for _ in range(rounds):
        labels = (content @ centres.T).argmax(dim=1)
        centres = F.normalize(torch.zeros_like(centres).index_add_(0, labels, content), dim=1)
    return labels


def at_matching_size(photo: Tensor) -> Tensor:
    """3 x H x W uint8 -> 1 x 3 x h x w in [-1, 1], short side at most SHORT_SIDE, multiples of PATCH."""
    height, width = photo.shape[1:]
    scale = min(1.0, SHORT_SIDE / min(height, width))
    h, w = (max(PATCH, round(side * scale / PATCH) * PATCH) for side in (height, width))
    x = photo[None].float() / 127.5 - 1
    return F.interpolate(x, (h, w), mode="area") if (h, w) != (height, width) else x


def _colours(x: Tensor) -> Tensor:
    """1 x 3 x h x w -> P x 16 x 3."""
    cells = F.avg_pool2d(x, PATCH // CELLS)
    patches = F.unfold(cells, CELLS, stride=CELLS)
    return patches[0].view(3, CELLS * CELLS, -1).permute(2, 1, 0)


def _content(x: Tensor, features: Features) -> Tensor:
    """1 x 3 x h x w -> P x C: relu4_1 of the equalised grey photo, one vector a patch."""
    grey = equalise(luma((x + 1) / 2)) * 2 - 1
    device = features.mean.device
    with torch.no_grad():
        maps = features(grey.expand(-1, 3, -1, -1).to(device), deepest=RELU4_1)[RELU4_1]
    described = F.avg_pool2d(maps.float().cpu(), 2)
    # Without its mean and deviation over the photo: what sets this patch apart in it, not what the photo is like.
    deviation, mean = torch.std_mean(described, dim=(2, 3), keepdim=True)
    described = (described - mean) / (deviation.nan_to_num() + 1e-5)
    return F.normalize(described.flatten(2)[0].T, dim=1)


def equalise(grey: Tensor) -> Tensor:
    """1 x 1 x H x W in [0, 1] -> the same with its values spread evenly: each becomes its rank."""
    flat = grey.flatten()
    ordered = flat.sort().values
    return (torch.searchsorted(ordered, flat).float() / max(1, flat.numel() - 1)).view_as(grey)
