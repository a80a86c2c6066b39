"""What a network is built from and how it is trained, as frozen values that go into style files and checkpoints."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .errors import StyleError

Attention = Literal["paper", "reference", "prenorm", "none"]
Modulation = Literal["feature", "pixel", "none"]
Recipe = Literal["reference", "paper"]
Initialisation = Literal["paper", "fast"]
Stage = Literal["whole", "learn"]

WORKING_SIZE = 512
"""Long side, in pixels, of the photo the generator sees (the paper's training size)."""


@dataclass(frozen=True)
class GeneratorConfig:
    """The UEGAN generator (section III-B).

    attention: `paper` pools means; `reference` is the authors' code (mean and std, InstanceNorm after the fusion);
        `prenorm` normalises before the fusion, so that the pooled statistics keep their effect; `none` is Table IV's
        w/o GAM.
    modulation: where eq. 4's branches are multiplied: features (MM), pixels (MM-P) or nowhere (plain U-Net skip).
    transport: the photo's levels are evened out before the network and its colours mapped behind it, where training
        starts from a closed form.
    adaptive: each photo has a map of colours of its own, told from a thumbnail, before the network.
    """

    width: int = 32
    attention: Attention = "reference"
    modulation: Modulation = "feature"
    transport: bool = False
    adaptive: bool = False
    working_size: int = WORKING_SIZE


@dataclass(frozen=True)
class ClosedFormConfig:
    """Levels and colour transforms on their own: the instant look, and what was learnt of whole photos alone.

    adaptive: as a generator's.
    """

    adaptive: bool = False
    working_size: int = WORKING_SIZE


@dataclass(frozen=True)
class BlendConfig:
    """A weighted sum of edits; a style at half strength is a blend of one part with weight 0.5."""

    parts: tuple[tuple[float, NetworkConfig], ...]

    @property
    def working_size(self) -> int:
        return max(config.working_size for _, config in self.parts)


NetworkConfig = GeneratorConfig | ClosedFormConfig | BlendConfig


def config_to_json(config: NetworkConfig) -> dict[str, Any]:
    """The JSON object a style file keeps; `config_from_json` reads it back."""
    if isinstance(config, BlendConfig):
        parts = [{"weight": weight, "config": config_to_json(part)} for weight, part in config.parts]
        return {"network": "blend", "parts": parts}
    network = "uegan" if isinstance(config, GeneratorConfig) else "closed form"
    return {"network": network, **dataclasses.asdict(config)}


def config_from_json(data: dict[str, Any]) -> NetworkConfig:
    """The network a style file describes.

    Raises StyleError for anything this version does not know: a style from a newer version, or no style at all.
    """
    try:
        fields = dict(data)
        network = fields.pop("network")
        if network == "blend":
            return BlendConfig(tuple((float(p["weight"]), config_from_json(p["config"])) for p in fields["parts"]))
        config: GeneratorConfig | ClosedFormConfig
        config = (
            GeneratorConfig(**fields) if network == "uegan" else {"closed form": ClosedFormConfig}[network](**fields)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StyleError(f"unknown network description in the style ({error}); a newer uegan may read it") from error
    _check(config)
    return config


def _check(config: GeneratorConfig | ClosedFormConfig) -> None:
    sizes_fit = isinstance(config.working_size, int) and 16 <= config.working_size <= 8192
    if isinstance(config, GeneratorConfig):
        sizes_fit = sizes_fit and isinstance(config.width, int) and 1 <= config.width <= 256
        known = config.attention in get_args(Attention) and config.modulation in get_args(Modulation)
        sizes_fit = sizes_fit and known
    if not sizes_fit:
        raise StyleError(f"the style describes a network out of bounds: {config}")


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

    generator: GeneratorConfig = GeneratorConfig()
    recipe: Recipe = "reference"
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
    return dataclasses.asdict(config)


def train_config_from_json(data: dict[str, Any]) -> TrainConfig:
    """The inverse of `train_config_to_json`."""
    nested = {"generator": GeneratorConfig(**data["generator"]), "weights": LossWeights(**data["weights"])}
    return TrainConfig(**{**data, **nested, "betas": tuple(data["betas"])})
