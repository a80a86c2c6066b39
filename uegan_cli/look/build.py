"""A network from its configuration."""

from __future__ import annotations

from torch import nn

from .blend import Blend
from .config import BlendConfig, LookConfig, NetworkConfig
from .look import FittedLook
from .styled_generator import StyledGenerator


def build(config: NetworkConfig) -> nn.Module:
    """Build the network that `config` describes, with fresh weights; N x 3 x H x W in [-1, 1] -> the same, any size."""
    if isinstance(config, BlendConfig):
        return Blend([weight for weight, _ in config.parts], [build(part) for _, part in config.parts])
    if isinstance(config, LookConfig):
        return FittedLook(config.adaptive)
    return StyledGenerator(config)
