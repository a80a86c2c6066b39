"""Ready-made ways to train: over a coffee, on one GPU, and as the paper did."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from ..config import GeneratorConfig, LossWeights, TrainConfig
from ..styles import names

Preset = Literal["quick", "standard", "paper"]

_OURS = GeneratorConfig(attention="prenorm")


def preset(name: Preset, **changes: Any) -> TrainConfig:
    """The options behind `--preset`, with `changes` made to them.

    quick: from the built-in style, small crops, done within half an hour on a laptop's CPU. standard: the same start,
    larger crops and many more steps, for one GPU. paper: section IV-B from scratch, without the closed form.
    """
    start = names.BUILT_IN if names.has_built_in() else None
    small = TrainConfig(
        generator=_OURS,
        initialisation="fast",
        start=start,
        size=128,
        batch=4,
        steps=600,
        lr_generator=1e-4,
        lr_discriminator=2e-4,
        weights=LossWeights(quality=0.05),
        average=0.995,
    )
    presets = {
        "quick": small,
        "standard": dataclasses.replace(small, size=256, batch=8, steps=20_000, average=0.999),
        "paper": TrainConfig(
            generator=GeneratorConfig(attention="paper"),
            recipe="paper",
            lr_discriminator=1e-4,
            steps=33_750,
            instant=False,
        ),
    }
    return dataclasses.replace(presets[name], **changes)
