"""The closed form as a network: the look that training starts from, and all of it that needs no network."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .adaptive_colour_map import PhotoTransport, thumbnails
from .colour_map import ColourTransport
from .exposure_balance import PhotoLevels
from .local_contrast import LocalContrast


@dataclass(frozen=True)
class ColourMap:
    """What a closed form makes of the colours of one photo, wherever in it they are.

    stops: by how much red, green and blue become brighter, 3; None where they do not. polynomials: one after the other,
    each 3 x 10, the coefficients of (1, r, g, b, r^2, g^2, b^2, rg, gb, br) for RGB in [-1, 1]. At the end colours are
    clamped to [-1, 1].
    """

    stops: Tensor | None
    polynomials: tuple[Tensor, ...]


class ClosedForm(nn.Module):
    """Each photo's exposure and white balance evened out, local contrast, then one map of colours for all photos.

    adaptive: after the first, a map of colours of the photo's own; that one is learnt.
    """

    def __init__(self, adaptive: bool = False) -> None:
        super().__init__()
        self.levels = PhotoLevels()
        self.photo_transport = PhotoTransport() if adaptive else nn.Identity()
        self.local_contrast = LocalContrast()
        self.transport = ColourTransport()

    def forward(self, x: Tensor) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> the same."""
        out: Tensor = self.transport(self.local_contrast(self.photo_transport(self.levels(x))))
        return out.clamp(-1, 1)

    def colour_map(self, x: Tensor) -> ColourMap | None:
        """Of the photo x, 1 x 3 x H x W in [-1, 1], at any size; None where what a pixel becomes goes by its place."""
        if self.local_contrast.gain:
            return None
        nothing = torch.eye(3, 10, device=x.device).roll(1, dims=1)
        with torch.autocast(x.device.type, enabled=False):
            stops = self.levels.change(x)[0] if self.levels.pull.any() else None
            polynomials = [self.transport.coefficients()]
            if isinstance(self.photo_transport, PhotoTransport):
                seen = thumbnails(self.levels(x.float()))
                polynomials.insert(0, nothing + self.photo_transport.coefficients(seen)[0])
        return ColourMap(stops, tuple(part for part in polynomials if not torch.equal(part, nothing)))
