"""Weights and covariances for statistics of a few photos, some of them odd."""

from __future__ import annotations

import torch
from torch import Tensor

DEGREES_OF_FREEDOM = 20.0
"""Degrees of freedom of the Student distribution that weights photos: one night among a hundred days hardly counts."""

SHRINKAGE = 0.6
"""Share of every covariance between two statistics that is dropped."""

SHRINKAGE_OF_WEIGHTING = 0.3
"""The same where only the weights of photos depend on it."""


def uniform_weights(rows: Tensor) -> Tensor:
    """Return the same weight for each of N rows, N with sum 1."""
    return torch.full((len(rows),), 1 / len(rows))


def photo_weights(rows: Tensor, degrees_of_freedom: float = DEGREES_OF_FREEDOM, rounds: int = 10) -> Tensor:
    """Weigh N photos by their statistics, N x S -> N with sum 1, so that odd photos do not decide.

    The weights are those of a multivariate Student distribution that is fitted to the rows by iteratively reweighted
    least squares: (f + S) / (f + d^2), f being the degrees of freedom and d the Mahalanobis distance from the mean.
    """
    weights = uniform_weights(rows)
    for _ in range(rounds):
        deviations = rows - weights @ rows
        covariance = (deviations * weights[:, None]).T @ deviations
        inverse = torch.linalg.inv(shrink_covariance(covariance, SHRINKAGE_OF_WEIGHTING))
        distance = ((deviations.double() @ inverse) * deviations).sum(dim=1)
        weights = ((degrees_of_freedom + rows.shape[1]) / (degrees_of_freedom + distance)).float()
        weights = weights / weights.sum()
    return weights


def shrink_covariance(covariance: Tensor, shrinkage: float = SHRINKAGE) -> Tensor:
    """Shrink the off-diagonal entries of S x S by a share, and return float64 that is safe to invert.

    A few photos do not determine so many correlations.
    """
    diagonal = covariance.diagonal().double()
    return (1 - shrinkage) * covariance.double() + torch.diag(shrinkage * diagonal + 1e-4 * diagonal.mean() + 1e-9)
