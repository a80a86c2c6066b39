"""The look: everything that a style does without a network."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .adaptive_colour_map import AdaptiveColourMap, thumbnails
from .colour_map import ColourMap
from .exposure_balance import ExposureBalance
from .local_contrast import LocalContrast


@dataclass(frozen=True)
class PhotoColourMap:
    """The map that a look applies to the colours of one photo, the same at every position.

    stops: changes of red, green and blue in linear light, 3, or None. polynomials: applied one after the other, each
    3 x 10, the coefficients of (1, r, g, b, r^2, g^2, b^2, rg, gb, br) for RGB in [-1, 1]. The result is clamped to
    [-1, 1] at the end.
    """

    stops: Tensor | None
    polynomials: tuple[Tensor, ...]


class Look(nn.Module):
    """Exposure balance, adaptive colour map, local contrast and colour map, in this order.

    fitted: with exposure balance, local contrast and colour map, as they are fitted to two folders. adaptive: with a
    map of colours that is predicted for each photo. Parts that are left out are identities. Style files know the parts
    under the names that `styles.stored_names` has for them.
    """

    exposure_balance: nn.Module
    adaptive_colour_map: nn.Module
    local_contrast: nn.Module
    colour_map: nn.Module

    def __init__(self, fitted: bool, adaptive: bool) -> None:
        super().__init__()
        self.exposure_balance = ExposureBalance() if fitted else nn.Identity()
        self.adaptive_colour_map = AdaptiveColourMap() if adaptive else nn.Identity()
        self.local_contrast = LocalContrast() if fitted else nn.Identity()
        self.colour_map = ColourMap() if fitted else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Enhance N x 3 x H x W in [-1, 1] -> the same, at any size."""
        return self.finish(self.prepare(x))

    def prepare(self, x: Tensor) -> Tensor:
        """Apply all that comes before a generator: the parts that depend on the photo as a whole."""
        prepared: Tensor = self.local_contrast(self.adaptive_colour_map(self.exposure_balance(x)))
        return prepared

    def finish(self, x: Tensor) -> Tensor:
        """Apply what comes after a generator, the colour map that all photos share, and clamp to [-1, 1]."""
        finished: Tensor = self.colour_map(x)
        return finished.clamp(-1, 1)


class FittedLook(Look):
    """A look with all parts but, perhaps, the adaptive colour map: the instant look. Starts as the identity."""

    exposure_balance: ExposureBalance
    local_contrast: LocalContrast
    colour_map: ColourMap

    def __init__(self, adaptive: bool = False) -> None:
        super().__init__(fitted=True, adaptive=adaptive)

    def photo_colour_map(self, x: Tensor) -> PhotoColourMap | None:
        """Resolve the map of colours of the photo x, 1 x 3 x H x W in [-1, 1], at any size.

        Returns None where the result for a pixel depends on its position.
        """
        if self.local_contrast.gain:
            return None
        identity = torch.eye(3, 10, device=x.device).roll(1, dims=1)
        balance = self.exposure_balance
        with torch.autocast(x.device.type, enabled=False):
            stops = balance.stops(x)[0] if balance.pull.any() else None
            polynomials = [self.colour_map.coefficients()]
            if isinstance(self.adaptive_colour_map, AdaptiveColourMap):
                thumbnail = thumbnails(balance(x.float()))
                polynomials.insert(0, identity + self.adaptive_colour_map.coefficients(thumbnail)[0])
        return PhotoColourMap(stops, tuple(part for part in polynomials if not torch.equal(part, identity)))
