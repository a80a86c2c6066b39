"""The instant look: the closed form that takes the tones and colours of one folder to those of another.

Where raw photos are less even than liked ones, each photo's exposure and white balance are brought nearer to those of
the others; where liked ones surely have more local contrast, it is added. Then a quadratic map of colours, the same for
all photos, chosen so that the mean statistics of the mapped raw photos are those of the liked ones, as far as they are
not explained by what the photos show. What cannot be told for sure from so few photos is left to what looks are like in
general: the generalised method of moments, with a prior.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..look.colour_map import ColourMap, monomials
from ..look.look import FittedLook
from .content import Content, explain
from .exposure_spread import Inverse, unevenness
from .local_contrast_fit import local_contrast
from .look_prior import random_looks
from .photo_set import Folder, seen_through
from .statistics import photo_weights, shrunk, statistics

ROUNDS, ITERATIONS = 3, 300
EVENINGS = 2
"""What is uneven is seen better through a look that was found without it."""

SHRINK = 0.6
PRIOR = 0.3
"""Weight of the prior: the statistics are less sure than their covariance says, since the folders show other things."""

LOOKS = 400
REFERENCE, CUBE = 3200, 800
"""Colours for which the map is judged: of the raw photos, and of the whole cube, for the photos to come."""

OUTSIDE = 0.1
"""Slope that is left of a colour beyond black or white, so that it finds back."""

LEAST_SLOPE = 0.1
"""Of every channel along the greys: a map that turns round there would show its bend."""


@dataclass(frozen=True)
class InstantLook:
    """form: the look. deep: whether deep features told what the photos show. content: what the raw photos show, seen
    with the local contrast of the look."""

    form: FittedLook
    deep: bool
    content: Content


def instant_look(raw: Folder, liked: Folder, seed: int = 0) -> InstantLook:
    """The closed form from raw to liked photos."""
    form = FittedLook()
    form.local_contrast, raw = local_contrast(raw, liked)
    evened = raw
    form.colour_map = _transport(raw, liked, seed)
    for _ in range(EVENINGS):
        uneven = unevenness(raw, liked, Inverse.of(form.colour_map, evened.colours))
        if not uneven.pull.any():
            break
        form.exposure_balance = uneven.evened()
        evened = replace(raw, colours=seen_through(form.exposure_balance, raw.colours))
        form.colour_map = _transport(evened, liked, seed)
    return InstantLook(form.requires_grad_(False), len(raw.content) > 1, raw.content)


def _transport(raw: Folder, liked: Folder, seed: int) -> ColourMap:
    rng = torch.Generator().manual_seed(seed)
    basis = _Basis(_reference(raw.colours, rng))
    inverse_prior = torch.linalg.inv(_prior(basis, rng)).float() * PRIOR
    terms, wanted = basis.terms(raw.colours), statistics(liked.colours)
    wanted_weights = photo_weights(wanted)
    edit = torch.zeros(10, 3)
    for _ in range(ROUNDS):
        found = statistics((raw.colours + terms @ edit).clamp(-1, 1))
        weights = photo_weights(found)
        explained = explain((raw.content, liked.content), (found, wanted), (weights, wanted_weights))
        counted = weights.square().sum() + wanted_weights.square().sum()
        unsure = explained.covariance * (counted + explained.doubt)
        sure = torch.linalg.inv(shrunk(unsure, SHRINK)).float()
        target = wanted_weights @ wanted + explained.difference

        def loss(edit: Tensor, weights: Tensor = weights, sure: Tensor = sure, target: Tensor = target) -> Tensor:
            gap = weights @ statistics(_softly_clamped(raw.colours + terms @ edit)) - target
            value: Tensor = gap @ sure @ gap + edit.flatten() @ inverse_prior @ edit.flatten()
            return value

        edit = _minimise(loss, edit)
    return basis.transport(edit)


class _Basis:
    """Quadratic polynomials of colour that are orthonormal over the reference colours: constant, linear, quadratic.

    In these, what one coefficient does to photos does not depend on the others, and an edit without its quadratic
    part is the best affine one.
    """

    def __init__(self, reference: Tensor) -> None:
        self.reference = reference
        powers = _powers(reference).double()
        self.root = torch.linalg.cholesky(powers.T @ powers / len(powers) + 1e-8 * torch.eye(10, dtype=torch.double))

    def terms(self, colours: Tensor) -> Tensor:
        """... x 3 -> ... x 10."""
        powers = _powers(colours)
        solved = torch.linalg.solve_triangular(self.root.float(), powers.flatten(0, -2).T, upper=False)
        terms: Tensor = solved.T.reshape(powers.shape)
        return terms

    def edit(self, mapped: Tensor) -> Tensor:
        """What is to be added to the reference colours to have them mapped so: 10 x 3 coefficients."""
        return self.terms(self.reference).T @ (mapped - self.reference) / len(mapped)

    def transport(self, edit: Tensor) -> ColourMap:
        """The map that adds an edit, with as much of its quadratic part as lets the greys rise."""
        for kept in torch.linspace(1, 0, 11).tolist():
            transport = self._transport(torch.cat([edit[:4], kept * edit[4:]]))
            if _greys_rise(transport):
                break
        return transport

    def _transport(self, edit: Tensor) -> ColourMap:
        powers = torch.linalg.solve_triangular(self.root.T, edit.double(), upper=True).float().T
        transport = ColourMap()
        transport.bias.data.copy_(powers[:, 0])
        transport.weight.data.add_(powers[:, 1:4])
        transport.quadratic.data.copy_(powers[:, 4:])
        return transport.requires_grad_(False)


def _powers(colours: Tensor) -> Tensor:
    return torch.cat([torch.ones_like(colours[..., :1]), monomials(colours, dim=-1)], dim=-1)


def _greys_rise(transport: ColourMap) -> bool:
    greys = torch.linspace(-1, 1, 33)[:, None].expand(33, 3)
    # Not clamped: what is white already rises no more, rightly.
    mapped = greys @ transport.weight.T + monomials(greys, dim=1)[:, 3:] @ transport.quadratic.T
    return bool((mapped.diff(dim=0) >= LEAST_SLOPE * 2 / 32).all())


def _reference(raw: Tensor, rng: torch.Generator) -> Tensor:
    photos = raw.flatten(0, 1)
    chosen = photos[torch.randint(len(photos), (REFERENCE,), generator=rng)]
    return torch.cat([chosen, torch.rand(CUBE, 3, generator=rng) * 2 - 1])


def _prior(basis: _Basis, rng: torch.Generator) -> Tensor:
    """The covariance of the coefficients over looks as photographers make them, around no edit at all: 30 x 30."""
    edits = torch.stack([basis.edit(mapped).flatten() for mapped in random_looks(basis.reference, LOOKS, rng)])
    second = (edits.T @ edits / len(edits)).double()
    return second + 1e-5 * second.diagonal().mean() * torch.eye(len(second))


def _softly_clamped(colours: Tensor) -> Tensor:
    return colours + (1 - OUTSIDE) * (colours.clamp(-1, 1) - colours)


def _minimise(loss: Callable[[Tensor], Tensor], start: Tensor) -> Tensor:
    found = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([found], max_iter=ITERATIONS, history_size=20, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        value = loss(found)
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return found.detach()
