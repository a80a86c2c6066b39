"""The instant look: the closed form that takes the colours of one folder to those of another.

The linear Monge-Kantorovich transport moves a cloud of colours with mean and covariance (m, S) onto one with (n, T) by
`A x + b`, A = S^-1/2 (S^1/2 T S^1/2)^1/2 S^-1/2, b = n - A m: of all maps that do so, the one that moves colours least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..losses.features import Features
from ..networks.transport import ColourTransport
from .matching import Patches, kinds, photo_patches, shares

DRAWS = 12
"""Bootstrap draws that tell how much of the estimate is luck."""

PATCHES = 9_000
LEAST_TRUST = 0.4
"""A user who asks for a look gets one, however few the photos."""


@dataclass(frozen=True)
class InstantLook:
    """transport: the look. matched: by content, or plain where no features are at hand. trust: LEAST_TRUST to 1, the
    part of the estimate that was kept; the rest could be the luck of the draw and was shrunk towards no change."""

    transport: ColourTransport
    matched: bool
    trust: float


def instant_look(
    raw: Sequence[Tensor], liked: Sequence[Tensor], features: Features | None, seed: int = 0
) -> InstantLook:
    """The closed form from raw to liked photos (each 3 x H x W uint8)."""
    return match(photo_patches(raw, features), photo_patches(liked, features), seed)


def match(raw: Patches, liked: Patches, seed: int = 0) -> InstantLook:
    """The closed form from raw to liked patches, shrunk by how much it varies over draws of the photos."""
    rng = torch.Generator().manual_seed(seed)
    raw, liked = raw.sample(PATCHES, rng), liked.sample(PATCHES, rng)
    labels = kinds(raw, liked, rng)

    def estimate(times_raw: Tensor, times_liked: Tensor) -> Tensor:
        weights_raw, weights_liked = shares(*labels, times_raw, times_liked)
        return transport_between(raw.colours, weights_raw, liked.colours, weights_liked)

    whole = estimate(torch.ones(len(raw)), torch.ones(len(liked)))
    draws = torch.stack([estimate(_draw(raw.photo, rng), _draw(liked.photo, rng)) for _ in range(DRAWS)])
    trust = max(LEAST_TRUST, _certainty(whole, draws, raw.colours.flatten(0, 1)))
    affine = torch.eye(3, 4) + trust * (whole - torch.eye(3, 4))
    transport = ColourTransport()
    transport.weight.data.copy_(affine[:, :3])
    transport.bias.data.copy_(affine[:, 3])
    return InstantLook(transport, matched=raw.content.shape[1] > 0, trust=trust)


def transport_between(source: Tensor, source_weights: Tensor, target: Tensor, target_weights: Tensor) -> Tensor:
    """The linear transport, as a 3 x 4 affine map. source, target: P x 16 x 3; weights: P."""
    m, S = _moments(source, source_weights)
    n, T = _moments(target, target_weights)
    root, inverse = _power(S, 0.5), _power(S, -0.5)
    A = inverse @ _power(root @ T @ root, 0.5) @ inverse
    return torch.cat([A, (n - A @ m)[:, None]], dim=1)


def _moments(colours: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and covariance; a little is added to the variances, so that a folder of grey photos has an inverse."""
    weights = (weights / weights.sum())[:, None].expand(-1, colours.shape[1]).flatten() / colours.shape[1]
    colours = colours.flatten(0, 1)
    mean = weights @ colours
    centred = colours - mean
    return mean, centred.T @ (centred * weights[:, None]) + 1e-4 * torch.eye(3)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    result: Tensor = vectors @ torch.diag(values.clamp(min=1e-8) ** exponent) @ vectors.T
    return result


def _draw(photo: Tensor, rng: torch.Generator) -> Tensor:
    """How often each patch counts when as many photos are drawn as there are, with replacement."""
    numbers = torch.unique(photo)
    photo, count = torch.searchsorted(numbers, photo), len(numbers)
    times = torch.bincount(torch.randint(count, (count,), generator=rng), minlength=count)
    return times[photo].double()


def _certainty(whole: Tensor, draws: Tensor, colours: Tensor) -> float:
    """The part of the change, in mean squared colour, that the draw of the photos does not explain (James-Stein)."""
    colours = torch.cat([colours, torch.ones(len(colours), 1)], dim=1)
    second = colours.T @ colours / len(colours)

    def size(maps: Tensor) -> Tensor:
        return torch.einsum("...ij,jk,...ik->...", maps, second, maps)

    change, luck = size(whole - torch.eye(3, 4)), size(draws - draws.mean(dim=0)).mean()
    return float((1 - luck / change.clamp(min=1e-8)).clamp(0, 1))
