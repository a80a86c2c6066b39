"""How much more raw photos differ in exposure and white balance than liked ones, and the layer that balances them.

If they differ more, the photographer has corrected each photo, which a colour map that is the same for all photos
cannot do. Balances (exposure, warmth and tint, in stops) are taken to be normally distributed, and there are two models
of a photographer:

- One who removes a disturbance completely. Raw balances are liked ones plus a disturbance, whose covariance is the
  difference of theirs, and the expected disturbance of a photo follows from its balance (Wiener filter).
- One who keeps a part of every deviation. Raw balances are moved closer together until their covariance is that of
  liked ones (optimal transport between normal distributions).

People do something of both: deviations are reduced to the mean of what the two models keep.

The content of the photos is not taken into account. It predicts balances badly, the worse the more raw photos differ,
and errors of the prediction for liked photos would count as differences between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..look.exposure_balance import ExposureBalance, measure_balance
from .inverse_colour_map import InverseColourMap
from .photo_set import PhotoSet
from .robust import photo_weights

BALANCE_DEGREES_OF_FREEDOM = 4.0
"""Degrees of freedom of the Student distribution of balances: a night or a sunset is far from the others."""

TYPICAL_SPREAD = 0.5
"""Standard deviation of the balances of corrected photos, in stops; about."""

VISIBLE_DIFFERENCE = 0.1
"""Smallest difference of two balances that is seen, in stops; below it, spreads are equal."""

MIN_SPREAD_Z_SCORE = 3.0
"""Standard errors by which the variance of raw photos must exceed that of liked ones."""

FALSE_POSITIVE_RATE, SIMULATIONS = 0.005, 4000
"""Share of pairs of folders with the same spread for which one is found, and the pairs that are simulated to find that
threshold. The largest of three ratios is much larger by chance than any one: for 20 liked photos, up to 5 and not 2."""


@dataclass(frozen=True)
class ExposureSpread:
    """The excess spread of raw photos in exposure, warmth and tint, and its correction; zero if it is not significant.

    disturbance: 3 x 3, turns a standard normal vector into the stops by which a raw photo was disturbed. pull: 3 x 3,
    and middle: 3, the parameters of the `ExposureBalance` that corrects it.
    """

    disturbance: Tensor
    pull: Tensor
    middle: Tensor

    def balance(self) -> ExposureBalance:
        """Return the layer that corrects the spread."""
        layer = ExposureBalance()
        layer.load_state_dict({"pull": self.pull, "middle": self.middle})
        return layer


def fit_exposure_spread(raw: PhotoSet, liked: PhotoSet, inverse: InverseColourMap) -> ExposureSpread:
    """Compare the spread of raw photos with that of liked ones before their look, which `inverse` undoes."""
    raw_balances, liked_balances = measure_balance(raw.colours), measure_balance(inverse(liked.colours))
    return ExposureSpread(*_excess(raw_balances, liked_balances), raw_balances.mean(dim=0))


def _excess(raw: Tensor, liked: Tensor) -> tuple[Tensor, Tensor]:
    """Return `disturbance` and `pull` for balances, N x 3 and M x 3.

    Ratios are tested in directions in which all liked photos vary by one, so that the most significant mixtures of
    exposure, warmth and tint are found.
    """
    ratios, directions = _variance_ratios(raw, liked)
    significant = ratios > 1 + MIN_SPREAD_Z_SCORE * (2 / len(raw) + 2 / len(liked)) ** 0.5
    significant &= ratios.max() > _largest_ratio_by_chance(len(raw), len(liked))
    # Of a deviation, the Wiener filter keeps 1 / ratio and optimal transport its square root. A filter that keeps the
    # mean of both belongs to a ratio of 1 / kept, which tells the disturbance.
    kept = torch.where(significant, (1 / ratios + ratios**-0.5) / 2, torch.ones(()))
    pull = directions @ torch.diag(kept - 1) @ torch.linalg.inv(directions)
    return directions @ torch.diag((1 / kept - 1).sqrt()), pull


def _variance_ratios(raw: Tensor, liked: Tensor) -> tuple[Tensor, Tensor]:
    """Solve the generalised eigenproblem of both covariances: variances of raw over liked photos, 3, ascending.

    Returns them and their directions, the columns of 3 x 3, along which the variance of liked photos is 1.
    """
    root = torch.linalg.cholesky(_robust_covariance(liked))
    half = torch.linalg.solve_triangular(root, _robust_covariance(raw), upper=False)
    values, vectors = torch.linalg.eigh(torch.linalg.solve_triangular(root, half.T, upper=False))
    return values, root @ vectors


@lru_cache
def _largest_ratio_by_chance(raw_count: int, liked_count: int) -> float:
    """Find the largest ratio in all but FALSE_POSITIVE_RATE of pairs of folders with the same spread."""
    rng = torch.Generator().manual_seed(0)

    def draw(count: int) -> Tensor:
        normal = torch.randn(1 + int(BALANCE_DEGREES_OF_FREEDOM), SIMULATIONS, count, 3, generator=rng)
        return TYPICAL_SPREAD * normal[0] / normal[1:].square().mean(dim=0).sqrt()

    largest = torch.vmap(lambda raw, liked: _variance_ratios(raw, liked)[0].max())(draw(raw_count), draw(liked_count))
    return float(largest.quantile(1 - FALSE_POSITIVE_RATE))


def _robust_covariance(balances: Tensor) -> Tensor:
    """Return a covariance of N x 3, 3 x 3, in which a few odd photos do not pass for many."""
    weights = photo_weights(balances, BALANCE_DEGREES_OF_FREEDOM)
    deviations = balances - weights @ balances
    return (deviations * weights[:, None]).T @ deviations + VISIBLE_DIFFERENCE**2 * torch.eye(3)
