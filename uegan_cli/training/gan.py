"""The GAN's state between steps: networks, optimisers, fake pool and EMA."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from ..look.styled_generator import StyledGenerator
from ..losses.features import Features
from ..networks.discriminator import Discriminator
from . import distributed
from .config import TrainConfig
from .ema import EMA
from .fake_pool import FakePool

PRETRAIN_WEIGHT_DECAY = 0.1
"""Weight decay of the adaptive colour map; times its learning rate, a tenth of a thousandth per step. There are few
photos to learn from."""


@dataclass
class GAN:
    """All on one device, channels last.

    G, D, P: generator, discriminator and adaptive colour map (None without one) as they are called where they learn,
    which averages their gradients over the processes of a run. optimisers: "generator", "discriminator" and, with P,
    "pretrain". precision: of autocast.
    """

    generator: StyledGenerator
    discriminator: Discriminator
    G: nn.Module
    D: nn.Module
    P: nn.Module | None
    features: Features | None
    ema: EMA
    pool: FakePool
    optimisers: dict[str, Optimizer]
    precision: torch.dtype

    def autocast(self, device: torch.device) -> torch.autocast:
        """Return the context in which networks compute in `precision`."""
        return torch.autocast(device.type, self.precision, enabled=self.precision != torch.float32)


def build_gan(
    config: TrainConfig,
    generator: StyledGenerator,
    discriminator: Discriminator,
    features: Features | None,
    device: torch.device,
    precision: torch.dtype,
) -> GAN:
    """Move the networks to the device and give them optimisers. features: None for training without fidelity loss."""
    for network in (generator, discriminator, features):
        if network is not None:
            network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    if features is not None:
        # Frozen weights are cast once; autocast would cast them at every step.
        features.to(precision)
    adaptive_map = generator.look.adaptive_colour_map
    P = distributed.data_parallel(adaptive_map) if generator.config.adaptive else None
    # It is pretrained by itself and no part of G.
    adaptive_map.requires_grad_(False)
    learnt, G = [p for p in generator.parameters() if p.requires_grad], distributed.data_parallel(generator)
    adaptive_map.requires_grad_(True)
    adam = partial(Adam, betas=config.betas, weight_decay=config.weight_decay, fused=True)
    optimisers: dict[str, Optimizer] = {
        "generator": adam(learnt, config.lr_generator),
        "discriminator": adam(discriminator.parameters(), config.lr_discriminator),
    }
    if P is not None:
        # Without an adversary, momentum as usual is better than the paper's.
        optimisers["pretrain"] = AdamW(
            adaptive_map.parameters(),
            config.lr_pretrain,
            betas=(0.9, 0.99),
            weight_decay=PRETRAIN_WEIGHT_DECAY,
            fused=True,
        )
    return GAN(
        generator.train(),
        discriminator.train(),
        G,
        distributed.data_parallel(discriminator),
        P,
        features,
        EMA(generator, config.ema_decay),
        FakePool(config.pool_size, config.seed),
        optimisers,
        precision,
    )
