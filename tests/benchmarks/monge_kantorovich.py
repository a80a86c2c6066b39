"""The closed form to beat: the linear Monge-Kantorovich transport of colours between folders (Pitie & Kokaram 2007)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from uegan_cli.look.look import FittedLook
from uegan_cli.look_fitting.shrunk_photo import shrink_photo


def monge_kantorovich(raw: Sequence[Tensor], liked: Sequence[Tensor]) -> FittedLook:
    """Of all affine maps that take mean and covariance of the raw colours to those of the liked: the one that moves
    colours least. Photos are 3 x H x W uint8."""
    (m, S), (n, T) = _moments(raw), _moments(liked)
    root, inverse = _power(S, 0.5), _power(S, -0.5)
    A = inverse @ _power(root @ T @ root, 0.5) @ inverse
    form = FittedLook()
    form.colour_map.weight.data.copy_(A)
    form.colour_map.bias.data.copy_(n - A @ m)
    return form


def _moments(photos: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    colours = torch.cat([shrink_photo(photo)[0].flatten(1).T for photo in photos])
    return colours.mean(dim=0), torch.cov(colours.T) + 1e-4 * torch.eye(3)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values.clamp(min=1e-8) ** exponent) @ vectors.T
