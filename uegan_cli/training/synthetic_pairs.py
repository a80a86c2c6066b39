"""Synthetic pairs: liked photos, and copies degraded the way raw photos differ from them.

If raw photos differ from each other in exposure and white balance more than liked ones do, the photographer adjusted
each of them, which no map that is the same for all photos can learn. So a liked photo is taken back through the instant
look, then disturbed as much as raw photos are beyond it. A network that undoes this does what the photographer did.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..look.exposure_balance import channel_stops, expose
from ..look.local_contrast import LocalContrast
from ..look.look import FittedLook
from ..look_fitting.exposure_spread import fit_exposure_spread
from ..look_fitting.inverse_colour_map import InverseColourMap
from ..look_fitting.photo_set import PhotoSet, apply_to_colours


@dataclass(frozen=True)
class SyntheticPairs:
    """A degradation (see `degradations.Degradation`) of liked photos to what may have been their raw versions.

    inverse_colour_map, inverse_local_contrast: the way back through the look, in this order. disturbance: 3 x 3, maps
    standard normal numbers to changes of exposure, warmth and tint in stops.
    """

    inverse_colour_map: InverseColourMap
    disturbance: Tensor
    inverse_local_contrast: LocalContrast = field(default_factory=LocalContrast)

    @property
    def is_uneven(self) -> bool:
        """Whether raw photos need adjustments one by one; if not, the pairs teach nothing beyond the look."""
        return bool(self.disturbance.any())

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """Degrade N x 3 x H x W in [-1, 1]."""
        before = self.inverse_colour_map(finished.movedim(1, -1)).movedim(-1, 1)
        change = torch.randn(len(before), 3, generator=rng) @ self.disturbance.T
        degraded = expose(self.inverse_local_contrast(before), channel_stops(change).to(before.device))
        return degraded.contiguous(memory_format=torch.channels_last)


def synthetic_pairs(look: FittedLook, raw: PhotoSet, liked: PhotoSet) -> SyntheticPairs:
    """Fit the degradation that the look, itself fitted to these photos, does not undo."""
    inverse = InverseColourMap.fit(look.colour_map, apply_to_colours(look.exposure_balance, raw.colours))
    disturbance = fit_exposure_spread(raw, liked, inverse).disturbance
    return SyntheticPairs(inverse, disturbance, look.local_contrast.inverse())
