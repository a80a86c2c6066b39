"""The networks of section III-B. All map N x 3 x H x W in [-1, 1] to the same, at any size."""

from __future__ import annotations

from torch import nn

from ..config import BlendConfig, ClosedFormConfig, NetworkConfig
from .blend import Blend
from .closed_form import ClosedForm
from .discriminator import Discriminator as Discriminator
from .generator import Generator


def build(config: NetworkConfig) -> nn.Module:
    """The network that `config` describes, with fresh weights."""
    if isinstance(config, BlendConfig):
        return Blend([weight for weight, _ in config.parts], [build(part) for _, part in config.parts])
    if isinstance(config, ClosedFormConfig):
        return ClosedForm(config.adaptive)
    return Generator(config)
