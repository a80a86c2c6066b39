"""The part of a difference between two sets of photos that follows from what they show.

Two folders show different things, and a comparison of their colours mistakes that for a difference in look: a folder of
forests is not a folder with a green cast. How statistics depend on content can be learnt within each folder, where the
look is the same. The difference between the folders that this predicts is not due to the look.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .content import Content
from .robust import uniform_weights

DEVIATION_FLOOR = 0.3
"""Added to the deviation of each feature, in parts of the mean over all features: one that hardly varies is noise."""

NOISE_VARIANCES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 50.0, 1e6)
"""Noise to choose from, in parts of the mean squared size of a described photo. The last one predicts nothing."""

VARIANCE_INFLATION = 2.0
"""The prediction for two folders is less certain than that for photos of one folder."""


@dataclass(frozen=True)
class ContentRegression:
    """The difference between two sets of N and M photos that their content predicts, and what it does not explain.

    difference: predicted difference of the means of S statistics, first set minus second: S. residuals: leave-one-out
    errors of the predicted statistics of each photo, relative to the mean of its set: N x S and M x S.
    relative_variance: variance of `difference` divided by the variance of the residuals.
    """

    difference: Tensor
    residuals: tuple[Tensor, Tensor]
    relative_variance: float

    @property
    def residual_covariance(self) -> Tensor:
        """Covariance of the residuals of all photos, S x S."""
        residuals = torch.cat(self.residuals)
        return residuals.T @ residuals / len(residuals)


def regress_on_content(
    contents: tuple[Content, Content],
    statistics: tuple[Tensor, Tensor],
    weights: tuple[Tensor, Tensor] | None = None,
) -> ContentRegression:
    """Regress the statistics of photos on their content, and predict the difference between two sets.

    A Gaussian process with a linear kernel (Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006) for
    deviations from the mean of each set. Its noise is chosen by leave-one-out errors.

    contents: of N and M photos, with the same descriptors. statistics: N x S and M x S. weights: of the photos in the
    means of their sets, N and M, each with sum 1; equal by default.
    """
    weights = weights or (uniform_weights(statistics[0]), uniform_weights(statistics[1]))
    deviations = torch.cat([rows - w @ rows for rows, w in zip(statistics, weights, strict=True)])
    standardised = [_standardise(descriptors, weights) for descriptors in zip(*contents, strict=True)]
    described, shift = (
        torch.cat(parts, dim=-1) / len(standardised) ** 0.5 for parts in zip(*standardised, strict=True)
    )
    unit = deviations.std(dim=0) + 1e-6
    kernel, targets = described @ described.T, (deviations / unit).double()
    values, vectors = torch.linalg.eigh(kernel)
    inverses = {noise: (vectors / (values + noise)) @ vectors.T for noise in NOISE_VARIANCES}
    noise = min(NOISE_VARIANCES, key=lambda noise: float(_leave_one_out(inverses[noise], targets).square().mean()))
    inverse = inverses[noise]
    cross = described @ shift
    variance = VARIANCE_INFLATION * float(shift @ shift - cross @ inverse @ cross) / noise
    difference, residuals = cross @ inverse @ targets, _leave_one_out(inverse, targets)
    residuals = residuals.float() * unit
    count = len(statistics[0])
    return ContentRegression(difference.float() * unit, (residuals[:count], residuals[count:]), variance)


def _standardise(descriptors: tuple[Tensor, ...], weights: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Centre N x C and M x C on the means of their sets and scale them to a mean squared size of 1.

    Returns all photos, N + M x C, and the difference of the means in the same units, C.
    """
    means = [w @ c for c, w in zip(descriptors, weights, strict=True)]
    centred = torch.cat([c - mean for c, mean in zip(descriptors, means, strict=True)])
    deviation = centred.std(dim=0)
    unit = deviation + DEVIATION_FLOOR * deviation.mean() + 1e-9
    size = (centred / unit).square().sum(dim=1).mean().sqrt() + 1e-9
    return (centred / unit / size).double(), ((means[0] - means[1]) / unit / size).double()


def _leave_one_out(inverse: Tensor, targets: Tensor) -> Tensor:
    """Return the error of predicting each row from all others (Rasmussen & Williams, equation 5.12)."""
    return (inverse @ targets) / inverse.diagonal()[:, None]
