"""The inverse of a colour map, for the colours that occur."""

from __future__ import annotations

import torch
from torch import Tensor

from ..look.colour_map import ColourMap, monomials
from .photo_set import apply_to_colours

INVERSE_RIDGE = 1e-5
"""Weight of the distance from the identity, in parts of the mean squared error of all colours."""

SAMPLING_STEP = 3
"""Every third colour of each photo is fitted."""


class InverseColourMap:
    """A cubic polynomial of colours that undoes a colour map. coefficients: 20 x 3, for RGB in [-1, 1]."""

    def __init__(self, coefficients: Tensor) -> None:
        self.coefficients = coefficients

    @classmethod
    def fit(cls, colour_map: ColourMap, colours: Tensor) -> InverseColourMap:
        """Fit the inverse to colours before the map, N x P x 3 in [-1, 1], by ridge regression towards the identity.

        Clipped colours have no inverse; the ridge keeps the polynomial calm there.
        """
        mapped = apply_to_colours(colour_map, colours)[:, ::SAMPLING_STEP].flatten(0, 1)
        terms, targets = _cubic(mapped), colours[:, ::SAMPLING_STEP].flatten(0, 1)
        identity = torch.zeros(terms.shape[1], 3)
        identity[1:4] = torch.eye(3)
        normal = terms.T @ terms + INVERSE_RIDGE * len(terms) * torch.eye(terms.shape[1])
        change = torch.linalg.solve(normal.double(), (terms.T @ (targets - terms @ identity)).double())
        return cls(identity + change.float())

    def __call__(self, colours: Tensor) -> Tensor:
        """Map ... x 3 in [-1, 1] back to the colours before the map, ... x 3, clamped to [-1, 1]."""
        before: Tensor = (_cubic(colours) @ self.coefficients.to(colours.device)).clamp(-1, 1)
        return before


def _cubic(x: Tensor) -> Tensor:
    """Expand ... x 3 to ... x 20: all products of up to three channels, 1 and r, g, b first."""
    r, g, b = x.unbind(dim=-1)
    quadratic = monomials(x, dim=-1)
    mixed = torch.stack([r * r * g, r * r * b, g * g * r, g * g * b, b * b * r, b * b * g, r * g * b], dim=-1)
    return torch.cat([torch.ones_like(r)[..., None], quadratic, x**3, mixed], dim=-1)
