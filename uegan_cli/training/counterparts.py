"""What liked photos may have looked like before they were finished: pairs that teach what a set-level map cannot.

Where raw photos differ from each other in exposure and white balance more than liked ones do, the photographer brought
each of them to its place. So each liked photo is taken back through the look, and then disturbed as much as the raw
photos are beyond that; what the network learns to undo is what the photographer did photo by photo. Detail likewise:
where liked photos, taken back, have more of it than the raw ones, the network learns to add it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..networks.closed_form import ClosedForm
from ..networks.levels import expose, stops
from ..networks.light import luma
from .content import deepest, enhance_small, even, explain
from .folder import Folder, seen_through
from .statistics import bands
from .unevenness import Inverse, unevenness

SURE = 2.5
"""Standard errors by which a difference of detail must stand out."""

NEAR = 24
"""The neighbourhood that detail is seen against, in parts of the side."""


@dataclass(frozen=True)
class Counterparts:
    """A way to spoil liked photos, to be called as `ToningDown` is.

    back: the way back through the look. disturbance: 3 x 3, of standard normal numbers, gives
    changes of exposure, warmth and tint in stops. clarity: factor of local contrast that the look has put in.
    """

    back: Inverse
    disturbance: Tensor
    clarity: float = 1.0

    @property
    def uneven(self) -> bool:
        """Whether there is something to be done photo by photo."""
        return bool(self.disturbance.any())

    @property
    def plainer(self) -> bool:
        """Whether there is detail to be added."""
        return self.clarity != 1.0

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> what they may have been. The same generator state gives the same."""
        before = self.back(finished.movedim(1, -1)).movedim(-1, 1)
        change = torch.randn(len(before), 3, generator=rng) @ self.disturbance.T
        spoilt = expose(self._plainer(before), stops(change).to(before.device))
        return spoilt.contiguous(memory_format=torch.channels_last)

    def _plainer(self, x: Tensor) -> Tensor:
        if not self.plainer:
            return x
        light = luma(x)
        detail = light - _near(light)
        return (x - (1 - 1 / self.clarity) * detail).clamp(-1, 1)


def counterparts(look: ClosedForm, raw: Folder, liked: Folder) -> Counterparts:
    """What the look leaves to be learnt, from two folders that were looked through."""
    back = Inverse.of(look.transport, seen_through(look.levels, raw.colours))
    return Counterparts(back, unevenness(raw, liked, back).disturbance, _clarity(look, raw, liked))


def _clarity(look: ClosedForm, raw: Folder, liked: Folder) -> float:
    """The factor by which liked photos have more detail than raw ones that have the look; 1 where that is not sure."""
    rows = bands([enhance_small(look, photo) for photo in raw.photos]), bands(liked.photos)
    found = [r.mean(dim=1, keepdim=True) for r in rows]
    content = deepest(raw.content), deepest(liked.content)
    explained = explain(content, (found[0], found[1]), (even(found[0]), even(found[1])))
    more = float(found[1].mean() + explained.difference - found[0].mean())
    error = sum(float(left.var()) / len(left) for left in explained.left) ** 0.5
    return math.exp(more) if more > SURE * error else 1.0


def _near(x: Tensor) -> Tensor:
    """The mean of the neighbourhood, near to a Gaussian's."""
    reach = max(1, min(x.shape[2:]) // NEAR)
    for _ in range(2):
        x = F.avg_pool2d(F.pad(x, [reach] * 4, mode="replicate"), 2 * reach + 1, 1)
    return x
