"""Ready-made ways to train: on a laptop, on one GPU, as in the paper, and as the built-in style was made."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from ..look.config import StyledGeneratorConfig
from .config import LossWeights, TrainConfig

Preset = Literal["quick", "standard", "paper", "natural"]

_ADAPTIVE = StyledGeneratorConfig(attention="prenorm", adaptive=True)


def preset(name: Preset, **changes: Any) -> TrainConfig:
    """Return the configuration behind `--preset`, with `changes` made to it.

    quick: the generator inside the instant look, on small crops; within half an hour on a laptop's CPU.
    standard: the same with larger crops and many more steps, for one GPU.
    paper: section IV-B from scratch, without the instant look.
    natural: as the built-in style was made: on degraded copies of whole photos alone, since an adversary would only
        spoil the result, and from liked photos with deepened blacks.
    """
    quick = TrainConfig(
        generator=_ADAPTIVE,
        initialisation="fast",
        size=128,
        batch=4,
        pretrain_steps=300,
        steps=400,
        warm_up=100,
        patience=3,
        # At higher rates Adam performs a random walk: little is left to learn, and its steps do not shrink with it.
        lr_generator=1e-5,
        lr_discriminator=1e-4,
        weights=LossWeights(quality=0.05, identity=0.0, undo=1.0),
        # Nearly as good as every step, and a step of the network takes a sixth less time.
        undo_every=2,
        fidelity_reduction=2,
        ema_decay=0.995,
    )
    presets = {
        "quick": quick,
        "standard": dataclasses.replace(
            quick, size=256, batch=8, steps=20_000, warm_up=500, patience=40, ema_decay=0.999
        ),
        "paper": TrainConfig(
            generator=StyledGeneratorConfig(attention="paper"),
            recipe="paper",
            lr_discriminator=1e-4,
            steps=33_750,
            instant=False,
        ),
        "natural": TrainConfig(
            generator=_ADAPTIVE,
            initialisation="fast",
            size=160,
            batch=6,
            pretrain_steps=450,
            steps=0,
            instant=False,
            deepen_blacks=0.75,
        ),
    }
    chosen = presets[name]
    if "steps" in changes and chosen.steps:
        # The stages keep their proportion.
        changes = {"pretrain_steps": round(chosen.pretrain_steps * changes["steps"] / chosen.steps), **changes}
    return dataclasses.replace(chosen, **changes)
