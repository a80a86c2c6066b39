"""The closed form as a network: the look that training starts from."""

from __future__ import annotations

from torch import Tensor, nn

from .levels import PhotoLevels
from .transport import ColourTransport


class ClosedForm(nn.Module):
    """Each photo's exposure and white balance evened out, then one map of colours for all photos."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = PhotoLevels()
        self.transport = ColourTransport()

    def forward(self, x: Tensor) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> the same."""
        out: Tensor = self.transport(self.levels(x))
        return out
