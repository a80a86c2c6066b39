"""The colour map that takes the colours of raw photos to those of liked ones.

It is chosen so that the mean statistics of the mapped raw photos are those of the liked ones, apart from the difference
that content predicts. What so few photos leave uncertain is decided by what looks are like in general. This is the
generalised method of moments (Hansen, Large Sample Properties of Generalized Method of Moments Estimators, 1982) with a
prior.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..look.colour_map import ColourMap, monomials
from .content_regression import regress_on_content
from .look_prior import sample_looks
from .photo_set import PhotoSet
from .robust import photo_weights, shrink_covariance
from .statistics import colour_statistics

REWEIGHTINGS = 3
"""Weights of photos, regression and precision are computed anew for the map found so far."""

MAX_ITERATIONS = 300
"""Iterations of the optimiser for each reweighting; enough to converge."""

PRIOR_WEIGHT = 0.3
PRIOR_LOOKS = 400
"""Random looks from which the prior is estimated."""

REFERENCE_PHOTO_COLOURS, REFERENCE_CUBE_COLOURS = 3200, 800
"""Colours over which the basis is orthonormal: of the raw photos, and of the whole cube for photos to come."""

CLIPPED_SLOPE = 0.1
"""Slope beyond black and white, so that colours there have a gradient."""

MIN_GREY_SLOPE = 0.1
"""Least slope of every channel along the greys: where a map turns round, its bend shows."""


def fit_colour_map(raw: PhotoSet, liked: PhotoSet, seed: int) -> ColourMap:
    """Fit the colour map from raw to liked photos. seed: for the reference colours and the prior."""
    rng = torch.Generator().manual_seed(seed)
    basis = _Basis(_reference_colours(raw.colours, rng))
    prior_precision = torch.linalg.inv(_prior_covariance(basis, rng)).float() * PRIOR_WEIGHT
    terms, liked_statistics = basis.expand(raw.colours), colour_statistics(liked.colours)
    liked_weights = photo_weights(liked_statistics)
    edit = torch.zeros(10, 3)
    for _ in range(REWEIGHTINGS):
        raw_statistics = colour_statistics((raw.colours + terms @ edit).clamp(-1, 1))
        weights = photo_weights(raw_statistics)
        regression = regress_on_content(
            (raw.content, liked.content), (raw_statistics, liked_statistics), (weights, liked_weights)
        )
        # The inverse of the number of photos, if all weights were equal.
        relative_variance = weights.square().sum() + liked_weights.square().sum()
        covariance = regression.residual_covariance * (relative_variance + regression.relative_variance)
        precision = torch.linalg.inv(shrink_covariance(covariance)).float()
        target = liked_weights @ liked_statistics + regression.difference

        def loss(
            edit: Tensor, weights: Tensor = weights, precision: Tensor = precision, target: Tensor = target
        ) -> Tensor:
            gap = weights @ colour_statistics(_clamp_softly(raw.colours + terms @ edit)) - target
            value: Tensor = gap @ precision @ gap + edit.flatten() @ prior_precision @ edit.flatten()
            return value

        edit = _minimise(loss, edit)
    return basis.colour_map(edit)


class _Basis:
    """Quadratic polynomials of colour that are orthonormal over reference colours: constant, linear, quadratic.

    In this basis the effect of one coefficient on photos does not depend on the others, and an edit without its
    quadratic part is the best affine one. An edit is 10 x 3 coefficients of what is added to each channel.
    """

    def __init__(self, reference: Tensor) -> None:
        self.reference = reference
        powers = _powers(reference).double()
        self.root = torch.linalg.cholesky(powers.T @ powers / len(powers) + 1e-8 * torch.eye(10, dtype=torch.double))

    def expand(self, colours: Tensor) -> Tensor:
        """Return the values of the polynomials at colours: ... x 3 -> ... x 10."""
        powers = _powers(colours)
        solved = torch.linalg.solve_triangular(self.root.float(), powers.flatten(0, -2).T, upper=False)
        terms: Tensor = solved.T.reshape(powers.shape)
        return terms

    def project(self, mapped: Tensor) -> Tensor:
        """Return the edit, 10 x 3, that takes the reference colours closest to `mapped`, both P x 3."""
        return self.expand(self.reference).T @ (mapped - self.reference) / len(mapped)

    def colour_map(self, edit: Tensor) -> ColourMap:
        """Return the map that adds an edit, with the largest part of its quadratic terms that lets the greys rise."""
        for share in torch.linspace(1, 0, 11).tolist():
            colour_map = self._unchecked_colour_map(torch.cat([edit[:4], share * edit[4:]]))
            if _greys_rise(colour_map):
                break
        return colour_map

    def _unchecked_colour_map(self, edit: Tensor) -> ColourMap:
        powers = torch.linalg.solve_triangular(self.root.T, edit.double(), upper=True).float().T
        colour_map = ColourMap()
        colour_map.bias.data.copy_(powers[:, 0])
        colour_map.weight.data.add_(powers[:, 1:4])
        colour_map.quadratic.data.copy_(powers[:, 4:])
        return colour_map.requires_grad_(False)


def _powers(colours: Tensor) -> Tensor:
    """Expand ... x 3 to ... x 10: 1 and the monomials of a colour map."""
    return torch.cat([torch.ones_like(colours[..., :1]), monomials(colours, dim=-1)], dim=-1)


def _greys_rise(colour_map: ColourMap) -> bool:
    """Return whether every channel of the result rises along the greys, by MIN_GREY_SLOPE at least."""
    greys = torch.linspace(-1, 1, 33)[:, None].expand(33, 3)
    # Not clamped: greys that have become white cannot rise further.
    mapped = greys @ colour_map.weight.T + monomials(greys, dim=1)[:, 3:] @ colour_map.quadratic.T
    return bool((mapped.diff(dim=0) >= MIN_GREY_SLOPE * 2 / 32).all())


def _reference_colours(raw: Tensor, rng: torch.Generator) -> Tensor:
    """Draw reference colours from N x P x 3 and from the cube [-1, 1]^3."""
    colours = raw.flatten(0, 1)
    chosen = colours[torch.randint(len(colours), (REFERENCE_PHOTO_COLOURS,), generator=rng)]
    return torch.cat([chosen, torch.rand(REFERENCE_CUBE_COLOURS, 3, generator=rng) * 2 - 1])


def _prior_covariance(basis: _Basis, rng: torch.Generator) -> Tensor:
    """Return the second moments of the edits of random looks, 30 x 30: the prior has its mean at no edit."""
    looks = sample_looks(basis.reference, PRIOR_LOOKS, rng)
    edits = torch.stack([basis.project(mapped).flatten() for mapped in looks])
    second = (edits.T @ edits / len(edits)).double()
    return second + 1e-5 * second.diagonal().mean() * torch.eye(len(second))


def _clamp_softly(colours: Tensor) -> Tensor:
    """Clamp to [-1, 1], with CLIPPED_SLOPE outside."""
    return colours + (1 - CLIPPED_SLOPE) * (colours.clamp(-1, 1) - colours)


def _minimise(loss: Callable[[Tensor], Tensor], start: Tensor) -> Tensor:
    """Minimise by L-BFGS from `start`."""
    x = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([x], max_iter=MAX_ITERATIONS, history_size=20, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        value = loss(x)
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return x.detach()
