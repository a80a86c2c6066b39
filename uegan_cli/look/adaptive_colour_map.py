"""A map of colours for each photo, told from a thumbnail of it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..networks.blocks import SLOPE
from .colour_map import monomials
from .exposure_balance import levels
from .srgb import luma

THUMBNAIL = 64
WIDTH = 32
QUANTILES = 9
HIDDEN = 128
DROPPED = 0.6
"""Share of what was seen that is hidden while it learns: from a few hundred photos it would learn these by heart."""


class PhotoTransport(nn.Module):
    """Adds `B (1, r, g, b, r^2, g^2, b^2, rg, gb, br)` to every pixel, B being 3 x 10 and the photo's own.

    B is told from features of the thumbnail, means and deviations over all places; from its levels; and from quantiles
    of luma, r - g and b - g. `body`, `head.0` and `head.2` are the names that style files use. Nothing is clamped.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = [3, WIDTH, 2 * WIDTH, 4 * WIDTH, 4 * WIDTH]
        pairs = zip(widths, widths[1:], strict=False)
        stages = [(nn.Conv2d(one, other, 3, 2, 1), nn.LeakyReLU(SLOPE)) for one, other in pairs]
        self.body = nn.Sequential(*(layer for stage in stages for layer in stage))
        self.seen = 2 * widths[-1] + 3 + 3 * QUANTILES
        self.head = nn.Sequential(nn.Linear(self.seen, HIDDEN), nn.LeakyReLU(SLOPE), nn.Linear(HIDDEN, 30))

    def silence(self) -> None:
        """Make it the identity; it keeps what it sees."""
        for parameter in self.head[2].parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor, dropped: Tensor | None = None) -> Tensor:
        """N whole photos, N x 3 x H x W in [-1, 1] -> the same, or a little beyond. dropped: see `dropout`."""
        with torch.autocast(x.device.type, enabled=False):
            return self.edit(x.float(), self.coefficients(thumbnails(x), dropped))

    def dropout(self, count: int, rng: torch.Generator) -> Tensor:
        """What features are multiplied by while it learns: count x F, so that any device draws the same."""
        return (torch.rand(count, self.seen, generator=rng) >= DROPPED) / (1 - DROPPED)

    def coefficients(self, thumbnail: Tensor, dropped: Tensor | None = None) -> Tensor:
        """N x 3 x 64 x 64 in [-1, 1] -> B, N x 3 x 10."""
        variance, mean = torch.var_mean(self.body(thumbnail), dim=(2, 3), correction=0)
        colours = thumbnail.flatten(2)
        tones, opponents = luma(thumbnail).flatten(1), colours[:, ::2] - colours[:, 1:2]
        features = [mean, (variance + 1e-5).sqrt(), levels(colours.transpose(1, 2)) / 3, _quantiles(tones)]
        features += [_quantiles(opponent) * 2 for opponent in opponents.unbind(dim=1)]
        seen = torch.cat(features, dim=1)
        coefficients: Tensor = self.head(seen if dropped is None else seen * dropped)
        return coefficients.view(-1, 3, 10)

    @staticmethod
    def edit(x: Tensor, coefficients: Tensor) -> Tensor:
        """N x 3 x H x W, with the coefficients of each."""
        change = torch.einsum("nck,nkhw->nchw", coefficients[:, :, 1:], monomials(x, dim=1))
        return x + change + coefficients[:, :, :1, None]


def thumbnails(x: Tensor) -> Tensor:
    """N x 3 x H x W -> N x 3 x 64 x 64, whatever the shape."""
    return F.interpolate(x.float(), (THUMBNAIL, THUMBNAIL), mode="area")


def _quantiles(values: Tensor) -> Tensor:
    """N x P -> N x QUANTILES, from the least to the greatest."""
    places = torch.linspace(0, values.shape[1] - 1, QUANTILES, device=values.device).long()
    return values.sort(dim=1).values[:, places]
