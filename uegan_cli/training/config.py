"""How a style is trained, as a frozen value that goes into run folders, checkpoints and the cards of styles."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..look.config import StyledGeneratorConfig, fields_to_json, generator_from_json
from ..losses import LossForms

Initialisation = Literal["paper", "fast"]

Stage = Literal["pretrain", "adversarial"]
"""Stages of a run, in order: the adaptive colour map is pretrained on whole photos, then the GAN on crops."""

STORED_STAGES: Mapping[Stage, str] = {"pretrain": "whole", "adversarial": "learn"}
"""The stages under their names in files and JSON, which were fixed when the first runs were written."""

_STORED_FIELDS = {
    "pretrain_steps": "whole_steps",
    "lr_pretrain": "lr_whole",
    "constant_share": "constant",
    "pool_size": "pool",
    "ema_decay": "average",
    "deepen_blacks": "unfade",
}
"""Fields of TrainConfig that have another name in files and JSON."""


@dataclass(frozen=True)
class LossWeights:
    """The weights of eq. 9, in the reference form, and of what this program adds to it.

    quality: of the halved quality loss; the paper's 0.05 is 0.10 here. undo: see `losses.undo`; not in the paper.
    """

    quality: float = 0.10
    fidelity: float = 1.0
    identity: float = 0.10
    undo: float = 0.0


@dataclass(frozen=True)
class TrainConfig:
    """How a style is trained (section IV-B). The defaults are the reference recipe.

    recipe: the forms of the losses.
    initialisation: of a new generator; `paper` (orthogonal, gain 0.02) or `fast` (He et al., last layer near zero).
    fidelity_reduction: the fidelity loss compares photos that are this many times smaller.
    size: side of the square crops, in pixels. batch: photos of each kind in a step.
    pretrain_steps: steps in which the adaptive colour map learns to bring degraded copies of whole liked photos back.
    steps: adversarial steps.
    constant_share: of a stage, with the full learning rates; they fall linearly over the rest.
    undo_every: degraded copies take part in every `undo_every`-th adversarial step, if undoing them has a weight.
    warm_up: adversarial steps over which the generator's learning rate rises from zero.
    patience: the run stops after this many judgements without improvement; 0: never.
    pool_size: photos in the fake pool. ema_decay: of the average of the weights.
    start: a style whose generator is trained further, or None. instant: fit the instant look around the generator.
    deepen_blacks: the darkest pixels of liked photos are first brought this share of the way to black.
    """

    generator: StyledGeneratorConfig = StyledGeneratorConfig()
    recipe: LossForms = "reference"
    weights: LossWeights = LossWeights()
    initialisation: Initialisation = "paper"
    fidelity_reduction: int = 1
    size: int = 256
    batch: int = 10
    pretrain_steps: int = 0
    steps: int = 20_000
    lr_pretrain: float = 1e-3
    lr_generator: float = 1e-4
    lr_discriminator: float = 4e-4
    betas: tuple[float, float] = (0.5, 0.999)
    weight_decay: float = 1e-4
    constant_share: float = 0.5
    undo_every: int = 1
    warm_up: int = 0
    patience: int = 0
    pool_size: int = 50
    ema_decay: float = 0.999
    seed: int = 0
    start: str | None = None
    instant: bool = True
    deepen_blacks: float = 0.0

    @property
    def stages(self) -> dict[Stage, int]:
        """The steps of each stage, in their order."""
        return {"pretrain": self.pretrain_steps, "adversarial": self.steps}


def train_config_to_json(config: TrainConfig) -> dict[str, Any]:
    """Return the JSON object for options.json, checkpoints and cards."""
    fields = {**dataclasses.asdict(config), "generator": fields_to_json(config.generator)}
    return {_STORED_FIELDS.get(name, name): value for name, value in fields.items()}


def train_config_from_json(data: Mapping[str, Any]) -> TrainConfig:
    """Invert `train_config_to_json`. Raises KeyError, TypeError or ValueError for anything else."""
    names = {stored: name for name, stored in _STORED_FIELDS.items()}
    nested = {"generator": generator_from_json(data["generator"]), "weights": LossWeights(**data["weights"])}
    fields = {**data, **nested, "betas": tuple(data["betas"])}
    return TrainConfig(**{names.get(name, name): value for name, value in fields.items()})


def stage_from_json(stored: str) -> Stage:
    """Return the stage with this name in files and JSON. Raises KeyError."""
    return {name: stage for stage, name in STORED_STAGES.items()}[stored]
