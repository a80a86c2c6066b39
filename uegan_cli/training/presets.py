"""Ready-made ways to train: over a coffee, on one GPU, and as the paper did."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from ..look.config import StyledGeneratorConfig
from .config import LossWeights, TrainConfig

Preset = Literal["quick", "standard", "paper", "natural"]

_OURS = StyledGeneratorConfig(attention="prenorm", adaptive=True)


def preset(name: Preset, **changes: Any) -> TrainConfig:
    """The options behind `--preset`, with `changes` made to them.

    quick: behind the closed form, small crops; within half an hour on a laptop's CPU. standard: the same with larger
    crops and many more steps, for one GPU. paper: section IV-B from scratch, without the closed form. natural: as the
    built-in style was made: spoilt copies of whole liked photos are undone, and an adversary would only take from that;
    the blacks of liked photos are deepened first.
    """
    quick = TrainConfig(
        generator=_OURS,
        initialisation="fast",
        size=128,
        batch=4,
        whole_steps=300,
        steps=400,
        warm_up=100,
        patience=3,
        # More, and Adam walks about at random: there is little left to learn, and its steps do not know that.
        lr_generator=1e-5,
        lr_discriminator=1e-4,
        weights=LossWeights(quality=0.05, identity=0.0, undo=1.0),
        # As good as in every one, and a step of the network costs a sixth less.
        undo_every=2,
        fidelity_reduction=2,
        average=0.995,
    )
    presets = {
        "quick": quick,
        "standard": dataclasses.replace(
            quick, size=256, batch=8, steps=20_000, warm_up=500, patience=40, average=0.999
        ),
        "paper": TrainConfig(
            generator=StyledGeneratorConfig(attention="paper"),
            recipe="paper",
            lr_discriminator=1e-4,
            steps=33_750,
            instant=False,
        ),
        "natural": TrainConfig(
            generator=_OURS,
            initialisation="fast",
            size=160,
            batch=6,
            whole_steps=450,
            steps=0,
            instant=False,
            unfade=0.75,
        ),
    }
    chosen = presets[name]
    if "steps" in changes and chosen.steps:
        # Both stages are made longer or shorter together.
        changes = {"whole_steps": round(chosen.whole_steps * changes["steps"] / chosen.steps), **changes}
    return dataclasses.replace(chosen, **changes)
