"""What the network of a style is built from, and the JSON object that describes it in style files and checkpoints."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, get_args

from ..errors import StyleError
from ..networks.config import Attention, GeneratorConfig, Modulation

WORKING_SIZE = 512
"""Long side, in pixels, of the photo that the network sees (the paper's training size)."""

_JSON_NAMES = {"fitted": "transport"}
"""Fields that have another name in JSON."""


@dataclass(frozen=True)
class StyledGeneratorConfig(GeneratorConfig):
    """A generator and the look around it.

    fitted: exposure balance and local contrast before the generator, a colour map after it.
    adaptive: an adaptive colour map before the generator.
    """

    fitted: bool = False
    adaptive: bool = False
    working_size: int = WORKING_SIZE


@dataclass(frozen=True)
class LookConfig:
    """A look without a generator: the instant look, or what training on whole photos added to it.

    adaptive: with an adaptive colour map.
    """

    adaptive: bool = False
    working_size: int = WORKING_SIZE


@dataclass(frozen=True)
class BlendConfig:
    """A weighted sum of edits. A style at half strength is a blend of one part with weight 0.5."""

    parts: tuple[tuple[float, NetworkConfig], ...]

    @property
    def working_size(self) -> int:
        return max(config.working_size for _, config in self.parts)


NetworkConfig = StyledGeneratorConfig | LookConfig | BlendConfig


def config_to_json(config: NetworkConfig) -> dict[str, Any]:
    """Return the JSON object that `config_from_json` reads."""
    if isinstance(config, BlendConfig):
        parts = [{"weight": weight, "config": config_to_json(part)} for weight, part in config.parts]
        return {"network": "blend", "parts": parts}
    network = "uegan" if isinstance(config, StyledGeneratorConfig) else "closed form"
    return {"network": network, **fields_to_json(config)}


def fields_to_json(config: StyledGeneratorConfig | LookConfig) -> dict[str, Any]:
    """Return the fields of a configuration under their names in JSON."""
    return {_JSON_NAMES.get(name, name): value for name, value in dataclasses.asdict(config).items()}


def generator_from_json(fields: dict[str, Any]) -> StyledGeneratorConfig:
    """Invert `fields_to_json`. Raises TypeError for unknown fields."""
    names = {stored: name for name, stored in _JSON_NAMES.items()}
    if names.values() & fields.keys():
        raise TypeError("field of no style file")
    return StyledGeneratorConfig(**{names.get(name, name): value for name, value in fields.items()})


def config_from_json(data: dict[str, Any]) -> NetworkConfig:
    """Read the network that a style file describes.

    Raises StyleError for anything this version does not know: a style from a newer version, or no style at all.
    """
    try:
        fields = dict(data)
        network = fields.pop("network")
        if network == "blend":
            return BlendConfig(tuple((float(p["weight"]), config_from_json(p["config"])) for p in fields["parts"]))
        config: StyledGeneratorConfig | LookConfig
        config = generator_from_json(fields) if network == "uegan" else {"closed form": LookConfig}[network](**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise StyleError(f"unknown network description in the style ({error}); a newer uegan may read it") from error
    _check_bounds(config)
    return config


def _check_bounds(config: StyledGeneratorConfig | LookConfig) -> None:
    within = isinstance(config.working_size, int) and 16 <= config.working_size <= 8192
    if isinstance(config, StyledGeneratorConfig):
        within = within and isinstance(config.width, int) and 1 <= config.width <= 256
        within = within and config.attention in get_args(Attention) and config.modulation in get_args(Modulation)
    if not within:
        raise StyleError(f"the style describes a network out of bounds: {config}")
