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
from .matching import Patches, nearest, photo_patches

DRAWS = 8
"""Bootstrap draws that tell how much of the estimate is luck."""

RAW_PATCHES = 9_000


@dataclass(frozen=True)
class InstantLook:
    """transport: the look. matched: by content, or plain where no features are at hand. trust: 0 to 1, how much of the
    estimate was kept; the rest was luck of the draw and was shrunk towards no change."""

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
    chosen = torch.randperm(len(raw.colours), generator=rng)[:RAW_PATCHES]
    raw = Patches(raw.colours[chosen], raw.content[chosen], raw.photo[chosen])
    matched = raw.content.shape[1] > 0
    partner = nearest(raw, liked) if matched else None
    whole = _transport(*_clouds(raw, liked, partner, None, rng))
    draws = torch.stack([_transport(*_clouds(raw, liked, partner, liked.photo, rng)) for _ in range(DRAWS)])
    trust = _trust(whole, draws, raw.colours.reshape(-1, 3))
    affine = _identity() + trust * (whole - _identity())
    transport = ColourTransport()
    transport.weight.data.copy_(affine[:, :3])
    transport.bias.data.copy_(affine[:, 3])
    return InstantLook(transport, matched, trust)


def _clouds(
    raw: Patches, liked: Patches, partner: Tensor | None, drawn: Tensor | None, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The two clouds of colours (each n x 3): all of them, or those of a bootstrap draw of the liked photos."""
    if drawn is None:
        keep_raw, keep_liked = slice(None), slice(None)
    else:
        count = int(drawn.max()) + 1
        times = torch.bincount(torch.randint(count, (count,), generator=rng), minlength=count)
        weights = times[drawn]
        keep_liked = torch.repeat_interleave(torch.arange(len(drawn)), weights)
        if partner is not None:
            keep_raw = torch.repeat_interleave(torch.arange(len(partner)), weights[partner])
        else:
            keep_raw = slice(None)
    if partner is not None:
        return raw.colours[keep_raw].reshape(-1, 3), liked.colours[partner[keep_raw]].reshape(-1, 3)
    return raw.colours.reshape(-1, 3), liked.colours[keep_liked].reshape(-1, 3)


def _transport(source: Tensor, target: Tensor) -> Tensor:
    """The linear transport between two clouds of colours (n x 3 each), as a 3 x 4 affine map."""
    m, n = source.mean(dim=0), target.mean(dim=0)
    S, T = (torch.cov(cloud.T) + 1e-4 * torch.eye(3) for cloud in (source, target))
    root, inverse = _power(S, 0.5), _power(S, -0.5)
    A = inverse @ _power(root @ T @ root, 0.5) @ inverse
    return torch.cat([A, (n - A @ m)[:, None]], dim=1)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values.clamp(min=1e-8) ** exponent) @ vectors.T


def _trust(whole: Tensor, draws: Tensor, colours: Tensor) -> float:
    """James-Stein in one number: the part of the change that is not explained by the draw of the photos."""
    colours = torch.cat([colours, torch.ones(len(colours), 1)], dim=1)
    change = (colours @ (whole - _identity()).T).square().mean()
    luck = (colours @ (draws - draws.mean(dim=0)).transpose(1, 2)).square().mean()
    return float((1 - luck / change.clamp(min=1e-8)).clamp(0, 1))


def _identity() -> Tensor:
    return torch.eye(3, 4)
