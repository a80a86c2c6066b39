"""How a style is trained, as a frozen value that goes into run folders, checkpoints and the cards of styles."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from ..look.config import StyledGeneratorConfig, fields_to_json, generator_from_json
from ..losses import LossForms

Initialisation = Literal["paper", "fast"]
Stage = Literal["whole", "learn"]


@dataclass(frozen=True)
class LossWeights:
    """The weights of eq. 9, in the reference form, and of what this program adds to it.

    quality: of the halved quality loss; the paper's 0.05 is 0.10 here. undo: l1 between a liked photo and the
    enhanced version of its toned-down copy.
    """

    quality: float = 0.10
    fidelity: float = 1.0
    identity: float = 0.10
    undo: float = 0.0


@dataclass(frozen=True)
class TrainConfig:
    """How a style is learnt (section IV-B). The defaults are the reference recipe.

    initialisation: `paper` (orthogonal, gain 0.02) or `fast` (He et al., last layer near zero), of a new generator.
    fidelity_reduction: factor by which photos are made smaller before the fidelity loss compares them.
    size: pixels along a side of the square crops. batch: photos of each kind in a step.
    whole_steps: before there is an adversary, in which an adaptive generator's map of colours brings spoilt copies of
    liked photos back, on small pictures of whole photos. steps: adversarial steps.
    constant: the part of them with the full learning rate; it falls linearly over the rest, to zero when there is an
    adversary. average: decay of the weights' moving average.
    undo_every: in every how many adversarial steps toned-down copies join the game, where undoing them weighs anything.
    warm_up: adversarial steps over which the generator's learning rate rises from zero.
    patience: judgements without a better one after which the run ends; 0 never.
    start: a style to start from, or None. instant: start from the closed form.
    unfade: how much of the way to black the darkest pixels of liked photos are brought before they are learnt from.
    """

    generator: StyledGeneratorConfig = StyledGeneratorConfig()
    recipe: LossForms = "reference"
    weights: LossWeights = LossWeights()
    initialisation: Initialisation = "paper"
    fidelity_reduction: int = 1
    size: int = 256
    batch: int = 10
    whole_steps: int = 0
    steps: int = 20_000
    lr_whole: float = 1e-3
    lr_generator: float = 1e-4
    lr_discriminator: float = 4e-4
    betas: tuple[float, float] = (0.5, 0.999)
    weight_decay: float = 1e-4
    constant: float = 0.5
    undo_every: int = 1
    warm_up: int = 0
    patience: int = 0
    pool: int = 50
    average: float = 0.999
    seed: int = 0
    start: str | None = None
    instant: bool = True
    unfade: float = 0.0

    @property
    def stages(self) -> dict[Stage, int]:
        """Steps of each stage, in their order."""
        return {"whole": self.whole_steps, "learn": self.steps}


def train_config_to_json(config: TrainConfig) -> dict[str, Any]:
    """For options.json and checkpoints."""
    return {**dataclasses.asdict(config), "generator": fields_to_json(config.generator)}


def train_config_from_json(data: dict[str, Any]) -> TrainConfig:
    """The inverse of `train_config_to_json`."""
    nested = {"generator": generator_from_json(data["generator"]), "weights": LossWeights(**data["weights"])}
    return TrainConfig(**{**data, **nested, "betas": tuple(data["betas"])})
