"""By how much raw photos differ from each other in exposure and white balance more than liked ones do.

Where they do, the photographer brought each photo to its place, which no map of colours that is the same for all can
do. Levels are taken to be normally distributed. Where a photographer takes a disturbance away altogether, raw levels
are liked ones and a disturbance that has the covariance by which they vary beyond, and what is to be expected of it
follows from a photo's levels (Wiener's filter). Where a part of every deviation is left, the levels of all come nearer
to each other until they vary as liked ones do (optimal transport). People do something of both; the mean of the two is
taken.

What photos show is left out of it. It tells levels badly, and the worse the more uneven raw photos are: what is wrongly
foretold of liked ones makes them look uneven, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..look.colour_map import ColourMap, monomials
from ..look.exposure_balance import ExposureBalance, measure_balance
from .photo_set import Folder, seen_through
from .statistics import photo_weights

FREEDOM = 4.0
"""Of the Student distribution that levels are taken to have: a night or a sunset lies far out."""

SPREAD = 0.5
"""Stops, about, by which photos differ that are not uneven."""

UNSEEN = 0.1
"""Stops by which levels may differ without anyone's seeing it."""

SURE = 3.0
"""Standard errors by which a difference must stand out."""

CHANCE, TRIALS = 0.005, 4000
"""Of even photos' being taken for uneven, and the pairs of folders that are drawn to find where that is. The largest of
three ratios gets much further by chance than any one does: for 20 liked photos, to five rather than two."""

RIDGE = 1e-5


@dataclass(frozen=True)
class Unevenness:
    """disturbance: 3 x 3, of standard normal numbers, gives the stops of exposure, warmth and tint by which raw photos
    were disturbed. pull: 3 x 3, of a photo's levels, gives the stops by which they are to be changed, middle being the
    levels that are to stay. Zero where nothing is sure.
    """

    disturbance: Tensor
    pull: Tensor
    middle: Tensor

    def evened(self) -> ExposureBalance:
        """The layer that does so."""
        layer = ExposureBalance()
        layer.load_state_dict({"pull": self.pull, "middle": self.middle})
        return layer


def unevenness(raw: Folder, liked: Folder, back: Inverse) -> Unevenness:
    """Of raw photos, as compared to liked ones that were taken back through the look."""
    rows = measure_balance(raw.colours), measure_balance(back(liked.colours))
    return Unevenness(*_beyond(*rows), rows[0].mean(dim=0))


class Inverse:
    """The way back through a map of colours: cubic polynomials, 20 x 3, that are right for the colours there are."""

    def __init__(self, coefficients: Tensor) -> None:
        self.coefficients = coefficients

    @classmethod
    def of(cls, look: ColourMap, colours: Tensor) -> Inverse:
        """Least squares, around no change: what is clipped has no way back, and the ridge keeps that calm.

        colours: N x P x 3 in [-1, 1], before the look.
        """
        powers, wanted = _cubic(seen_through(look, colours)[:, ::3].flatten(0, 1)), colours[:, ::3].flatten(0, 1)
        none = torch.zeros(powers.shape[1], 3)
        none[1:4] = torch.eye(3)
        square = powers.T @ powers + RIDGE * len(powers) * torch.eye(powers.shape[1])
        change = torch.linalg.solve(square.double(), (powers.T @ (wanted - powers @ none)).double())
        return cls(none + change.float())

    def __call__(self, colours: Tensor) -> Tensor:
        """... x 3 in [-1, 1], as they were before."""
        before: Tensor = (_cubic(colours) @ self.coefficients.to(colours.device)).clamp(-1, 1)
        return before


def _cubic(x: Tensor) -> Tensor:
    """... x 3 -> ... x 20: all products of up to three of the channels."""
    r, g, b = x.unbind(dim=-1)
    squares = monomials(x, dim=-1)
    others = torch.stack([r * r * g, r * r * b, g * g * r, g * g * b, b * b * r, b * b * g, r * g * b], dim=-1)
    return torch.cat([torch.ones_like(r)[..., None], squares, x**3, others], dim=-1)


def _beyond(raw: Tensor, liked: Tensor) -> tuple[Tensor, Tensor]:
    """From their levels, N x 3 and M x 3: `disturbance` and `pull`.

    In the directions in which liked photos all vary by one, so that the surest are found whatever their mixture.
    """
    values, directions = _ratios(raw, liked)
    sure = values > 1 + SURE * (2 / len(raw) + 2 / len(liked)) ** 0.5
    sure &= values.max() > _largest_by_chance(len(raw), len(liked))
    # Of a photo's way, the mean of what Wiener's filter and optimal transport leave. The filter leaves so much where
    # the ratio is its inverse, and that tells the disturbance.
    left = torch.where(sure, (1 / values + values**-0.5) / 2, torch.ones(()))
    pull = directions @ torch.diag(left - 1) @ torch.linalg.inv(directions)
    return directions @ torch.diag((1 / left - 1).sqrt()), pull


def _ratios(raw: Tensor, liked: Tensor) -> tuple[Tensor, Tensor]:
    """How many times the variance of liked photos raw ones have, 3, and in which directions: columns of 3 x 3."""
    root = torch.linalg.cholesky(_scatter(liked))
    half = torch.linalg.solve_triangular(root, _scatter(raw), upper=False)
    values, vectors = torch.linalg.eigh(torch.linalg.solve_triangular(root, half.T, upper=False))
    return values, root @ vectors


@lru_cache
def _largest_by_chance(raws: int, likeds: int) -> float:
    """The largest ratio that all but `CHANCE` of pairs of folders have whose photos are equally even."""
    rng = torch.Generator().manual_seed(0)

    def drawn(count: int) -> Tensor:
        normal = torch.randn(1 + int(FREEDOM), TRIALS, count, 3, generator=rng)
        return SPREAD * normal[0] / normal[1:].square().mean(dim=0).sqrt()

    largest = torch.vmap(lambda raw, liked: _ratios(raw, liked)[0].max())(drawn(raws), drawn(likeds))
    return float(largest.quantile(1 - CHANCE))


def _scatter(rows: Tensor) -> Tensor:
    """A covariance, 3 x 3, by which a few odd photos are not mistaken for many."""
    weights = photo_weights(rows, FREEDOM)
    away = rows - weights @ rows
    return (away * weights[:, None]).T @ away + UNSEEN**2 * torch.eye(3)
