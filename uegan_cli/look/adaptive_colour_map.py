"""A quadratic map of colours for each photo, predicted from a thumbnail of it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..networks.blocks import SLOPE
from .colour_map import monomials
from .exposure_balance import measure_balance
from .srgb import luma

THUMBNAIL_SIDE = 64
BASE_WIDTH = 32
QUANTILES = 9
HIDDEN_UNITS = 128
DROPOUT = 0.6
"""Share of the features that is dropped in training: a few hundred photos would be learnt by heart."""


class AdaptiveColourMap(nn.Module):
    """Adds `B (1, r, g, b, r^2, g^2, b^2, rg, gb, br)` to every pixel, B being 3 x 10 and predicted for the photo.

    B is predicted from convolutional features of the thumbnail (means and deviations over all positions), from its
    exposure and white balance, and from quantiles of luma, r - g and b - g. Style files use the names `body`, `head.0`
    and `head.2`. The result is not clamped.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = [3, BASE_WIDTH, 2 * BASE_WIDTH, 4 * BASE_WIDTH, 4 * BASE_WIDTH]
        pairs = zip(widths, widths[1:], strict=False)
        stages = [(nn.Conv2d(one, other, 3, 2, 1), nn.LeakyReLU(SLOPE)) for one, other in pairs]
        self.body = nn.Sequential(*(layer for stage in stages for layer in stage))
        self.feature_count = 2 * widths[-1] + 3 + 3 * QUANTILES
        self.head = nn.Sequential(
            nn.Linear(self.feature_count, HIDDEN_UNITS), nn.LeakyReLU(SLOPE), nn.Linear(HIDDEN_UNITS, 30)
        )

    def silence(self) -> None:
        """Make the map the identity, and keep the weights of all layers but the last."""
        for parameter in self.head[2].parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor, dropout: Tensor | None = None) -> Tensor:
        """Map whole photos, N x 3 x H x W in [-1, 1], to the same, or a little beyond. dropout: from `dropout_mask`."""
        with torch.autocast(x.device.type, enabled=False):
            return self.edit(x.float(), self.coefficients(thumbnails(x), dropout))

    def dropout_mask(self, count: int, rng: torch.Generator) -> Tensor:
        """Draw the factors that features are multiplied by in training, count x F; the same on every device."""
        return (torch.rand(count, self.feature_count, generator=rng) >= DROPOUT) / (1 - DROPOUT)

    def coefficients(self, thumbnail: Tensor, dropout: Tensor | None = None) -> Tensor:
        """Predict B, N x 3 x 10, from N x 3 x 64 x 64 in [-1, 1]."""
        variance, mean = torch.var_mean(self.body(thumbnail), dim=(2, 3), correction=0)
        colours = thumbnail.flatten(2)
        tones, opponents = luma(thumbnail).flatten(1), colours[:, ::2] - colours[:, 1:2]
        balance = measure_balance(colours.transpose(1, 2))
        features = [mean, (variance + 1e-5).sqrt(), balance / 3, _quantiles(tones)]
        features += [_quantiles(opponent) * 2 for opponent in opponents.unbind(dim=1)]
        joined = torch.cat(features, dim=1)
        coefficients: Tensor = self.head(joined if dropout is None else joined * dropout)
        return coefficients.view(-1, 3, 10)

    @staticmethod
    def edit(x: Tensor, coefficients: Tensor) -> Tensor:
        """Apply B, N x 3 x 10, to N x 3 x H x W."""
        change = torch.einsum("nck,nkhw->nchw", coefficients[:, :, 1:], monomials(x, dim=1))
        return x + change + coefficients[:, :, :1, None]


def thumbnails(x: Tensor) -> Tensor:
    """Reduce N x 3 x H x W, of any shape, to N x 3 x 64 x 64."""
    return F.interpolate(x.float(), (THUMBNAIL_SIDE, THUMBNAIL_SIDE), mode="area")


def _quantiles(values: Tensor) -> Tensor:
    """Return QUANTILES values of each row of N x P, from the least to the greatest."""
    places = torch.linspace(0, values.shape[1] - 1, QUANTILES, device=values.device).long()
    return values.sort(dim=1).values[:, places]
