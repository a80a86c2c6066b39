"""The linear Monge-Kantorovich map of colours between two folders (Pitié & Kokaram, 2007), to compare with."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from uegan_cli.look.look import FittedLook
from uegan_cli.look_fitting.shrunk_photo import shrink_photo


def monge_kantorovich(raw: Sequence[Tensor], liked: Sequence[Tensor]) -> FittedLook:
    """Return the affine map that gives raw colours the mean and covariance of liked ones and moves colours least.

    raw, liked: photos, 3 x H x W uint8.
    """
    (raw_mean, raw_covariance), (liked_mean, liked_covariance) = _moments(raw), _moments(liked)
    root, inverse = _power(raw_covariance, 0.5), _power(raw_covariance, -0.5)
    A = inverse @ _power(root @ liked_covariance @ root, 0.5) @ inverse
    look = FittedLook()
    look.colour_map.weight.data.copy_(A)
    look.colour_map.bias.data.copy_(liked_mean - A @ raw_mean)
    return look


def _moments(photos: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return mean, 3, and covariance, 3 x 3, of all colours in [-1, 1]."""
    colours = torch.cat([shrink_photo(photo)[0].flatten(1).T for photo in photos])
    return colours.mean(dim=0), torch.cov(colours.T) + 1e-4 * torch.eye(3)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values.clamp(min=1e-8) ** exponent) @ vectors.T
