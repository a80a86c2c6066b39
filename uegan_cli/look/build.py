"""Networks as styles describe them."""

from __future__ import annotations

from torch import nn

from ..config import BlendConfig, ClosedFormConfig, NetworkConfig
from ..networks.generator import Generator
from .blend import Blend
from .look import ClosedForm


def build(config: NetworkConfig) -> nn.Module:
    """The network that `config` describes, with fresh weights."""
    if isinstance(config, BlendConfig):
        return Blend([weight for weight, _ in config.parts], [build(part) for _, part in config.parts])
    if isinstance(config, ClosedFormConfig):
        return ClosedForm(config.adaptive)
    return Generator(config)
