"""One style is one safetensors file: weights, card and preview. Never a pickle.

Tensors: `generator.*` under the names of `stored_names`, float16 where that is exact and float32 elsewhere, and
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
_ADDED_LATER = ("local_contrast.gain",)
"""Tensors that the first style files lack; with their initial values they change nothing."""

MAX_PARTS = 16
"""Networks in one blend."""


@dataclass(frozen=True)
class Style:
    """A look that is ready to use.

    generator: N x 3 x H x W in [-1, 1] -> the same, any size; float32, in eval mode, without gradients.
    preview: a small before/after JPEG. hash: see Header. path: the file it was read from.
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
        """Long side, in pixels, of the photo that the generator should see."""
        return self.config.working_size


def make_style(
    name: str, config: NetworkConfig, weights: Mapping[str, Tensor], card: Card, preview: bytes | None = None
) -> Style:
    """Make a style of weights under stored names. Raises StyleError if weights and config do not belong together."""
    check_weights(config, weights)
    generator = build(config)
    load_stored_weights(generator, {key: tensor.float() for key, tensor in weights.items()})
    generator.eval().requires_grad_(False)
    return Style(name, config, generator, card, _hash(config, generator), preview)


def encode_style(style: Style) -> bytes:
    """Return the bytes of the style file."""
    tensors = {_PREFIX + key: _shortest(tensor) for key, tensor in stored_weights(style.generator).items()}
    if style.preview is not None:
        tensors[_PREVIEW] = torch.frombuffer(bytearray(style.preview), dtype=torch.uint8)
    # The hash of a style from an earlier version changes when it is written in the format of today.
    look = _hash(style.config, style.generator)
    return save(tensors, metadata_of(style.config, style.card, look, style.preview))


def read_style(path: Path, name: str | None = None) -> Style:
    """Read the style in a file and check it: schema, tensor names, shapes, dtypes, hash and seal.

    name: the name of the style; by default the stem of the file. Raises StyleError, naming the file.
    """
    with naming(path):
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            header = parse(metadata)
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
        preview = _take_preview(tensors)
        if header.seal != seal(header.hash, metadata["card"], preview):
            raise StyleError("damaged: its card or preview has changed since it was written")
        return _checked(name or path.stem, path, header, tensors, preview)


def _checked(name: str, path: Path, header: Header, tensors: dict[str, Tensor], preview: bytes | None) -> Style:
    weights = {key.removeprefix(_PREFIX): tensor for key, tensor in tensors.items() if key.startswith(_PREFIX)}
    if len(weights) != len(tensors):
        raise StyleError("contains tensors that are not part of a style")
    if header.hash != look_hash(header.network, weights):
        # A message about the tensors says more, if one of them is wrong.
        check_weights(header.config, _completed(header.config, weights))
        raise StyleError("damaged: its weights have changed since it was written")
    made = make_style(name, header.config, _completed(header.config, weights), header.card, preview)
    return Style(name, made.config, made.generator, made.card, header.hash, preview, path)


def _completed(config: NetworkConfig, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Add the tensors that networks of earlier versions lacked, with values that change nothing."""
    _check_parts(config)
    fresh = stored_weights(build(config))
    added = {key: tensor for key, tensor in fresh.items() if key.endswith(_ADDED_LATER) and key not in weights}
    return {**weights, **added}


def _take_preview(tensors: dict[str, Tensor]) -> bytes | None:
    tensor = tensors.pop(_PREVIEW, None)
    if tensor is None:
        return None
    if tensor.dtype != torch.uint8 or tensor.ndim != 1:
        raise StyleError("the preview is not a picture")
    return tensor.numpy().tobytes()


def check_weights(config: NetworkConfig, weights: Mapping[str, Tensor]) -> None:
    """Raise StyleError unless the tensors are those of the network that `config` describes, and finite."""
    _check_parts(config)
    with torch.device("meta"):
        expected = stored_weights(build(config))
    if missing := expected.keys() - weights.keys():
        raise StyleError(f"the tensor {min(missing)!r} is missing")
    if unknown := weights.keys() - expected.keys():
        raise StyleError(f"the tensor {min(unknown)!r} does not belong to the network")
    for key, tensor in weights.items():
        if tensor.shape != expected[key].shape:
            raise StyleError(f"the tensor {key!r} has the shape {_shape(tensor)} instead of {_shape(expected[key])}")
        if tensor.dtype not in (torch.float16, torch.float32):
            raise StyleError(f"the tensor {key!r} has the type {tensor.dtype}, not float16 or float32")
        if not tensor.isfinite().all():
            raise StyleError(f"the tensor {key!r} is not finite")


def _check_parts(config: NetworkConfig) -> None:
    parts = list(_leaves(config))
    if not 1 <= len(parts) <= MAX_PARTS or not all(map(math.isfinite, parts)):
        raise StyleError(f"a blend must have 1 to {MAX_PARTS} networks with finite weights")


def _leaves(config: NetworkConfig, weight: float = 1.0) -> list[float]:
    """Return the weight of every network in a blend of blends."""
    if not isinstance(config, BlendConfig):
        return [weight]
    return [leaf for share, part in config.parts for leaf in _leaves(part, weight * share)]


def _hash(config: NetworkConfig, generator: nn.Module) -> str:
    return look_hash(canonical(config_to_json(config)), stored_weights(generator))


def look_hash(network: str, weights: Mapping[str, Tensor]) -> str:
    """Hash the description of a network and its weights as float32 (SHA-256), whatever type they are stored in."""
    parts: list[str | bytes] = [network]
    for key in sorted(weights):
        parts += [key, weights[key].float().contiguous().numpy().tobytes()]
    return digest(*parts)


def _shortest(tensor: Tensor) -> Tensor:
    half = tensor.half()
    return half if torch.equal(half.float(), tensor) else tensor.contiguous()


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a scalar"
