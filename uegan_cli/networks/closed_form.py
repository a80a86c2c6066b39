"""The closed form as a network: the look that training starts from, and all of it that needs no network."""

from __future__ import annotations

from torch import Tensor, nn

from .levels import PhotoLevels
from .local_contrast import LocalContrast
from .photo_transport import PhotoTransport
from .transport import ColourTransport


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
        return out
