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

from ..networks.transport import ColourTransport, monomials
from .content import deepest, enhance_small, even, explain
from .instant import Folder
from .statistics import bands, levels, photo_weights
from .toning import REC601, luma, to_linear, to_srgb

FREEDOM = 4.0
"""Of the Student distribution that levels are taken to have: a night or a sunset lies far out."""

UNSEEN = 0.1
"""Stops by which levels may differ without anyone's seeing it."""

SURE = 3.0
"""Standard errors by which a difference must stand out."""

SURE_DETAIL = 2.5
"""The same for the mean of what detail there is: an error here is seen less than a photo disturbed for nothing."""

RIDGE = 1e-5
NEAR = 24
"""The neighbourhood that detail is seen against, in parts of the side."""


@dataclass(frozen=True)
class Counterparts:
    """A way to spoil liked photos, to be called as `ToningDown` is.

    inverse: 20 x 3, cubic polynomials that take the look back. disturbance: 3 x 3, of standard normal numbers, gives
    changes of exposure, warmth and tint in stops. clarity: factor of local contrast that the look has put in.
    """

    inverse: Tensor
    disturbance: Tensor
    clarity: float = 1.0

    @property
    def teach(self) -> bool:
        """Whether there is anything that the look as a set-level map leaves to be done."""
        return bool(self.disturbance.any()) or self.clarity != 1.0

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> what they may have been. The same generator state gives the same."""
        device = finished.device
        x = taken_back(finished.movedim(1, -1), self.inverse.to(device)).movedim(-1, 1)
        exposure, warmth, tint = (torch.randn(len(x), 3, generator=rng) @ self.disturbance.T).to(device).unbind(dim=1)
        light = to_linear((self._plainer(x) + 1) / 2) * torch.exp2(_stops(exposure, warmth, tint))[:, :, None, None]
        spoilt = to_srgb(light.clamp(0, 1)) * 2 - 1
        counterpart: Tensor = spoilt.contiguous(memory_format=torch.channels_last)
        return counterpart

    def _plainer(self, x: Tensor) -> Tensor:
        if self.clarity == 1.0:
            return x
        light = luma(x)
        detail = light - _near(light)
        return (x - (1 - 1 / self.clarity) * detail).clamp(-1, 1)


def counterparts(look: ColourTransport, raw: Folder, liked: Folder) -> Counterparts:
    """What the look leaves to be learnt, from two folders that were looked through."""
    inverse = _inverse(look, raw.colours)
    before = taken_back(liked.colours, inverse)
    rows = levels(raw.colours), levels(before)
    left = explain((raw.content, liked.content), rows, (even(rows[0]), even(rows[1]))).left
    disturbance = _disturbance(*left)
    return Counterparts(inverse, disturbance, _clarity(look, raw, liked))


def taken_back(colours: Tensor, inverse: Tensor) -> Tensor:
    """Colours (... x 3 in [-1, 1]) of a finished photo as they were before."""
    before: Tensor = (_cubic(colours) @ inverse).clamp(-1, 1)
    return before


def _clarity(look: ColourTransport, raw: Folder, liked: Folder) -> float:
    """The factor by which liked photos have more detail than raw ones that have the look; 1 where that is not sure."""
    rows = bands([enhance_small(look, photo) for photo in raw.photos]), bands(liked.photos)
    found = [r.mean(dim=1, keepdim=True) for r in rows]
    content = deepest(raw.content), deepest(liked.content)
    explained = explain(content, (found[0], found[1]), (even(found[0]), even(found[1])))
    more = float(found[1].mean() + explained.difference - found[0].mean())
    error = sum(float(left.var()) / len(left) for left in explained.left) ** 0.5
    return math.exp(more) if more > SURE_DETAIL * error else 1.0


def _inverse(look: ColourTransport, colours: Tensor) -> Tensor:
    """Least squares, around no change: what is clipped has no way back, and the ridge keeps that calm."""
    wanted = colours.reshape(-1, 3)[::3]
    with torch.no_grad():
        powers = _cubic(look(wanted.T[None, :, :, None])[0, :, :, 0].T)
    none = torch.zeros(powers.shape[1], 3)
    none[1:4] = torch.eye(3)
    square = powers.T @ powers + RIDGE * len(powers) * torch.eye(powers.shape[1])
    change = torch.linalg.solve(square.double(), (powers.T @ (wanted - powers @ none)).double())
    inverse: Tensor = none + change.float()
    return inverse


def _cubic(x: Tensor) -> Tensor:
    """... x 3 -> ... x 20: all products of up to three of the channels."""
    r, g, b = x.unbind(dim=-1)
    squares = monomials(x, dim=-1)
    others = torch.stack([r * r * g, r * r * b, g * g * r, g * g * b, b * b * r, b * b * g, r * g * b], dim=-1)
    return torch.cat([torch.ones_like(r)[..., None], squares, x**3, others], dim=-1)


def _disturbance(raw: Tensor, liked: Tensor) -> Tensor:
    """The square root of the covariance by which raw levels (N x 3) vary beyond liked ones (M x 3), where that is sure.

    In the directions in which liked photos all vary by one, so that the surest are found whatever their mixture.
    """
    root = torch.linalg.cholesky(_scatter(liked))
    half = torch.linalg.solve_triangular(root, _scatter(raw), upper=False)
    values, vectors = torch.linalg.eigh(torch.linalg.solve_triangular(root, half.T, upper=False))
    error = (2 / len(raw) + 2 / len(liked)) ** 0.5
    excess = torch.where(values > 1 + SURE * error, values - 1, torch.zeros(()))
    disturbance: Tensor = root @ vectors @ torch.diag(excess.sqrt())
    return disturbance


def _scatter(rows: Tensor) -> Tensor:
    """A covariance, 3 x 3, by which a few odd photos are not mistaken for many."""
    weights = photo_weights(rows, FREEDOM)
    away = rows - weights @ rows
    return (away * weights[:, None]).T @ away + UNSEEN**2 * torch.eye(3)


def _stops(exposure: Tensor, warmth: Tensor, tint: Tensor) -> Tensor:
    """The inverse of what `levels` measures: N each -> stops of red, green and blue, N x 3."""
    red, green, blue = REC601
    base = exposure - green * tint - (red - blue) * warmth / 2
    return torch.stack([base + warmth / 2, base + tint, base - warmth / 2], dim=1)


def _near(x: Tensor) -> Tensor:
    """The mean of the neighbourhood, near to a Gaussian's."""
    reach = max(1, min(x.shape[2:]) // NEAR)
    for _ in range(2):
        x = F.avg_pool2d(F.pad(x, [reach] * 4, mode="replicate"), 2 * reach + 1, 1)
    return x
