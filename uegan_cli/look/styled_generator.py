"""A generator inside a look: look -> generator -> look."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..networks.generator import Generator
from .adaptive_colour_map import AdaptiveColourMap
from .config import StyledGeneratorConfig
from .look import Look


class StyledGenerator(nn.Module):
    """Prepares a photo with the look, adds the residual of the generator, and finishes it with the look.

    The parts of the look are fitted or learnt by themselves. No gradient passes through those before the generator.
    """

    def __init__(self, config: StyledGeneratorConfig) -> None:
        super().__init__()
        self.config = config
        self.generator = Generator(config)
        self.look = Look(config.fitted, config.adaptive)

    def forward(self, x: Tensor) -> Tensor:
        """Enhance N x 3 x H x W in [-1, 1] -> the same, at any size."""
        with torch.no_grad():
            x = self.look.prepare(x)
        return self.look.finish(x + self.generator.residual(x))

    def start_as_identity(self) -> None:
        """Set fresh weights with which generator and adaptive colour map change nothing."""
        self.generator.start_as_identity()
        self.silence()

    def silence(self) -> None:
        """Set the generator's residual and the adaptive colour map's edit to zero; their features stay."""
        self.generator.silence()
        if isinstance(self.look.adaptive_colour_map, AdaptiveColourMap):
            self.look.adaptive_colour_map.silence()
