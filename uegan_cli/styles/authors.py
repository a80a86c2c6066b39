"""Checkpoints of the authors: the same networks under other names, in a pickle that is never allowed to run code."""

from __future__ import annotations

import pickle
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import StyleError
from ..look.config import StyledGeneratorConfig
from .card import Card
from .file import Style, check_weights, make_style

Weights = dict[str, Tensor]

# Names of the authors -> names in style files. Stages count from 1 there and from 0 here; `ga5` attends the coarsest
# features, as `attention.4` does.
_GENERATOR_NAMES = (
    (r"enc(\d)\.main\.1\.(weight|bias)", "encoder.{}.{}"),
    (r"upsample(\d)\.1\.main\.1\.(weight|bias)", "narrow.{}.{}"),
    (r"dec([1-4])\.main\.1\.(weight|bias)", "decoder.{}.{}"),
    (r"ga(\d)\.conv\.0\.(weight)", "attention.{}.squeeze.{}"),
    (r"ga(\d)\.conv\.2\.(weight)", "attention.{}.expand.{}"),
    (r"ga(\d)\.fuse\.0\.(weight|bias)", "attention.{}.fusion.{}"),
)
_LAST = re.compile(r"dec5\.([01])\.main\.1\.(weight|bias)")
_DISCRIMINATOR_NAMES = (
    (r"d(\d)\.0\.1\.(bias)", "stages.{}.{}"),
    (r"d(\d)\.0\.1\.(weight)_orig", "stages.{}.{}"),
    (r"d(\d)\.0\.1\.weight_([uv])", "stages.{}.{}"),
    (r"d(\d)_pred\.0\.1\.(weight)", "heads.{}.{}"),
)


@dataclass(frozen=True)
class AuthorsCheckpoint:
    """The content of an authors' checkpoint, under the names of style files. discriminator: None if it was left out."""

    config: StyledGeneratorConfig
    generator: Weights
    discriminator: Weights | None
    epoch: int | None


def read_checkpoint(path: Path) -> AuthorsCheckpoint:
    """Read `G_net`, `D_net` and `epoch` of a `.pth`. Raises StyleError for any other content, above all for code."""
    contents = _load(path)
    try:
        weights = _renamed(contents.get("G_net"), _GENERATOR_NAMES)
        config = StyledGeneratorConfig(width=_base_width(weights), attention="reference")
        check_weights(config, weights)
        discriminator = _renamed(contents["D_net"], _DISCRIMINATOR_NAMES) if contents.get("D_net") else None
    except StyleError as error:
        raise StyleError(f"{path}: not a checkpoint of the authors' UEGAN: {error}") from error
    epoch = contents.get("epoch")
    return AuthorsCheckpoint(config, weights, discriminator, epoch if isinstance(epoch, int) else None)


def style_from_checkpoint(name: str, path: Path, card: Card) -> Style:
    """Make a style of the generator in an authors' checkpoint. Raises StyleError."""
    checkpoint = read_checkpoint(path)
    return make_style(name, checkpoint.config, checkpoint.generator, card)


def _load(path: Path) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            # torch warns of an old pickle protocol, and then reads or refuses it.
            warnings.simplefilter("ignore")
            contents = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise StyleError(f"{path}: no such file") from error
    except OSError as error:
        raise StyleError(f"{path}: cannot be read ({error.strerror or error})") from error
    except pickle.UnpicklingError as error:
        raise StyleError(f"{path}: refused: it contains more than weights, and loading it could run code") from error
    except (RuntimeError, EOFError, ValueError, KeyError, AttributeError, IndexError, TypeError) as error:
        raise StyleError(f"{path}: damaged, or not a checkpoint") from error
    if not isinstance(contents, dict):
        raise StyleError(f"{path}: not a checkpoint: it contains a {type(contents).__name__}")
    return contents


def _renamed(authors: Any, table: tuple[tuple[str, str], ...]) -> Weights:
    if not isinstance(authors, dict) or not all(isinstance(tensor, Tensor) for tensor in authors.values()):
        raise StyleError("no state dict 'G_net'")
    # DataParallel prefixes every name with `module.`.
    return {_stored_name(str(key).removeprefix("module."), table): tensor.float() for key, tensor in authors.items()}


def _stored_name(key: str, table: tuple[tuple[str, str], ...]) -> str:
    if last := _LAST.fullmatch(key):
        return f"last.{last[1]}.{last[2]}"
    for pattern, stored in table:
        if match := re.fullmatch(pattern, key):
            return stored.format(int(match[1]) - 1, match[2])
    raise StyleError(f"unexpected tensor {key!r}")


def _base_width(weights: Weights) -> int:
    first = weights.get("encoder.0.weight")
    if first is None or first.ndim != 4 or not 1 <= first.shape[0] <= 256:
        raise StyleError("the first convolution is missing")
    return first.shape[0]
