"""What liked photos may have looked like before they were finished: pairs that teach what a set-level map cannot.

Where raw photos differ from each other in exposure and white balance more than liked ones do, the photographer brought
each of them to its place. So each liked photo is taken back through the look, and then disturbed as much as the raw
photos are beyond that; what the network learns to undo is what the photographer did photo by photo.
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
class Counterparts:
    """A way to spoil liked photos, to be called as `ToningDown` is.

    back, plainer: the way back through the look, colours first. disturbance: 3 x 3, of standard normal numbers, gives
    changes of exposure, warmth and tint in stops.
    """

    back: InverseColourMap
    disturbance: Tensor
    plainer: LocalContrast = field(default_factory=LocalContrast)

    @property
    def uneven(self) -> bool:
        """Whether there is something to be done photo by photo."""
        return bool(self.disturbance.any())

    def __call__(self, finished: Tensor, rng: torch.Generator) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> what they may have been. The same generator state gives the same."""
        before = self.back(finished.movedim(1, -1)).movedim(-1, 1)
        change = torch.randn(len(before), 3, generator=rng) @ self.disturbance.T
        spoilt = expose(self.plainer(before), channel_stops(change).to(before.device))
        return spoilt.contiguous(memory_format=torch.channels_last)


def counterparts(look: FittedLook, raw: PhotoSet, liked: PhotoSet) -> Counterparts:
    """What the look leaves to be learnt, from two folders that were looked through."""
    back = InverseColourMap.fit(look.colour_map, apply_to_colours(look.exposure_balance, raw.colours))
    return Counterparts(back, fit_exposure_spread(raw, liked, back).disturbance, look.local_contrast.inverse())
