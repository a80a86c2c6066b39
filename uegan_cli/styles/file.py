"""One style is one safetensors file: weights, card and preview. Never a pickle.

Tensors: `generator.*` under the names of `uegan_cli.networks`, float16 where that is exact and float32 elsewhere, and
`preview`, the bytes of a JPEG. Metadata: see `header`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ..errors import StyleError
from ..look.build import build
from ..look.config import BlendConfig, NetworkConfig, config_to_json
from .card import Card
from .header import Header, canonical, digest, metadata_of, naming, parse, seal
from .stored_names import load_stored_weights, stored_weights

_PREFIX = "generator."
_PREVIEW = "preview"
_LATER = ("local_contrast.gain",)
"""Tensors that networks have been given since styles are written; at first they change nothing."""

MOST_PARTS = 16
"""Networks that one blend may be made of."""


@dataclass(frozen=True)
class Style:
    """A look that is ready to use.

    generator: N x 3 x H x W in [-1, 1] -> the same, any size; float32, in eval mode, without gradients.
    preview: a small before/after JPEG. hash: see Header. path: where it was read from.
    """

    name: str
    config: NetworkConfig
    generator: nn.Module
    card: Card
    hash: str
    preview: bytes | None = None
    path: Path | None = None

    @property
    def working_size(self) -> int:
        """Long side, in pixels, of the photo the generator should see."""
        return self.config.working_size


def make_style(
    name: str, config: NetworkConfig, weights: Mapping[str, Tensor], card: Card, preview: bytes | None = None
) -> Style:
    """A style of a network's state dict. Raises StyleError where weights and config do not belong together."""
    check_weights(config, weights)
    generator = build(config)
    load_stored_weights(generator, {key: tensor.float() for key, tensor in weights.items()})
    generator.eval().requires_grad_(False)
    return Style(name, config, generator, card, _hash(config, generator), preview)


def encode_style(style: Style) -> bytes:
    """The bytes of the style's file."""
    tensors = {_PREFIX + key: _shortest(tensor) for key, tensor in stored_weights(style.generator).items()}
    if style.preview is not None:
        tensors[_PREVIEW] = torch.frombuffer(bytearray(style.preview), dtype=torch.uint8)
    # That of a style from an earlier version is another once it is written in today's words.
    look = _hash(style.config, style.generator)
    return save(tensors, metadata_of(style.config, style.card, look, style.preview))


def read_style(path: Path, name: str | None = None) -> Style:
    """The style in a file, checked: schema, tensor names, shapes, dtypes, hash and seal.

    name: what to call it; without one, the file's stem. Raises StyleError, naming the file.
    """
    with naming(path):
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            header = parse(metadata)
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
        preview = _take_preview(tensors)
        if header.seal != seal(header.hash, metadata["card"], preview):
            raise StyleError("is damaged: its card or preview is not what was written")
        return _checked(name or path.stem, path, header, tensors, preview)


def _checked(name: str, path: Path, header: Header, tensors: dict[str, Tensor], preview: bytes | None) -> Style:
    weights = {key.removeprefix(_PREFIX): tensor for key, tensor in tensors.items() if key.startswith(_PREFIX)}
    if len(weights) != len(tensors):
        raise StyleError("holds tensors that are not part of a style")
    if header.hash != look_hash(header.network, weights):
        # What is wrong with the tensors says more, if anything is.
        check_weights(header.config, _of_today(header.config, weights))
        raise StyleError("is damaged: its weights are not what was written")
    made = make_style(name, header.config, _of_today(header.config, weights), header.card, preview)
    return Style(name, made.config, made.generator, made.card, header.hash, preview, path)


def _of_today(config: NetworkConfig, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The weights, and in the place of what an earlier version's networks lacked those that change nothing."""
    _check_parts(config)
    fresh = stored_weights(build(config))
    later = {key: tensor for key, tensor in fresh.items() if key.endswith(_LATER) and key not in weights}
    return {**weights, **later}


def _take_preview(tensors: dict[str, Tensor]) -> bytes | None:
    tensor = tensors.pop(_PREVIEW, None)
    if tensor is None:
        return None
    if tensor.dtype != torch.uint8 or tensor.ndim != 1:
        raise StyleError("its preview is not a picture")
    return tensor.numpy().tobytes()


def check_weights(config: NetworkConfig, weights: Mapping[str, Tensor]) -> None:
    """Raises StyleError unless the tensors are those of the network that `config` describes, and finite."""
    _check_parts(config)
    with torch.device("meta"):
        expected = stored_weights(build(config))
    if missing := expected.keys() - weights.keys():
        raise StyleError(f"the tensor {min(missing)!r} is missing")
    if unknown := weights.keys() - expected.keys():
        raise StyleError(f"the tensor {min(unknown)!r} does not belong to the network")
    for key, tensor in weights.items():
        if tensor.shape != expected[key].shape:
            raise StyleError(f"the tensor {key!r} is {_shape(tensor)} and should be {_shape(expected[key])}")
        if tensor.dtype not in (torch.float16, torch.float32):
            raise StyleError(f"the tensor {key!r} is {tensor.dtype}, not float16 or float32")
        if not tensor.isfinite().all():
            raise StyleError(f"the tensor {key!r} is not finite")


def _check_parts(config: NetworkConfig) -> None:
    parts = list(_leaves(config))
    if not 1 <= len(parts) <= MOST_PARTS or not all(map(math.isfinite, parts)):
        raise StyleError(f"the blend is not of 1 to {MOST_PARTS} networks with finite weights")


def _leaves(config: NetworkConfig, weight: float = 1.0) -> list[float]:
    """The weight of every network in a blend of blends."""
    if not isinstance(config, BlendConfig):
        return [weight]
    return [leaf for share, part in config.parts for leaf in _leaves(part, weight * share)]


def _hash(config: NetworkConfig, generator: nn.Module) -> str:
    return look_hash(canonical(config_to_json(config)), stored_weights(generator))


def look_hash(network: str, weights: Mapping[str, Tensor]) -> str:
    """SHA-256 of what describes the network and of its weights as float32: how they are stored does not count."""
    parts: list[str | bytes] = [network]
    for key in sorted(weights):
        parts += [key, weights[key].float().contiguous().numpy().tobytes()]
    return digest(*parts)


def _shortest(tensor: Tensor) -> Tensor:
    half = tensor.half()
    return half if torch.equal(half.float(), tensor) else tensor.contiguous()


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a scalar"
