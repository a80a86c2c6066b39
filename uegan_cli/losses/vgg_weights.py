"""The weights of the VGG: found in the user cache, downloaded, or loaded from a file."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from .. import paths
from ..errors import StyleError
from .features import CONVOLUTIONS, Features


def load_features(file: Path) -> Features:
    """Load a `.safetensors` or `.pth` file with the tensors of torchvision's VGG-19 or VGG-16; ignore others.

    Raises StyleError if the file cannot be read or holds neither.
    """
    tensors = {name: tensor.float() for name, tensor in _read(file).items() if name.startswith("features.")}
    for architecture in CONVOLUTIONS:
        network = Features(architecture)
        wanted = network.state_dict()
        # VGG-16 and VGG-19 number their convolutions differently, so a file matches only one of them.
        if all(name in tensors and tensors[name].shape == wanted[name].shape for name in wanted):
            network.load_state_dict({name: tensors[name] for name in wanted})
            return network
    raise StyleError(f"{file}: neither a VGG-19 nor a VGG-16; a file with torchvision's tensor names is needed")


def _read(file: Path) -> Mapping[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        tensors: Mapping[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
        return tensors
    except OSError as error:
        raise StyleError(f"{file}: cannot read the VGG weights ({error.strerror or error})") from error
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, ValueError, KeyError, EOFError) as error:
        raise StyleError(f"{file}: damaged, or no file of VGG weights") from error


def downloaded_file() -> Path | None:
    """Return torchvision's VGG-19 in the user cache, or None if it was never downloaded."""
    file = paths.weights_dir() / _file_name()
    return file if file.exists() else None


def download() -> Path:
    """Download torchvision's VGG-19 (IMAGENET1K_V1, 548 MB) into the user cache, and check the hash in its name.

    Raises StyleError if network or disk fail.
    """
    from torchvision.models import VGG19_Weights

    folder = paths.weights_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        VGG19_Weights.IMAGENET1K_V1.get_state_dict(model_dir=str(folder), check_hash=True)
    except (OSError, RuntimeError) as error:
        raise StyleError(
            f"cannot download the VGG-19 weights ({error}); download {VGG19_Weights.IMAGENET1K_V1.url} on another"
            " machine and name the file with --vgg-weights"
        ) from error
    return folder / _file_name()


def _file_name() -> str:
    from torchvision.models import VGG19_Weights

    return str(VGG19_Weights.IMAGENET1K_V1.url).rsplit("/", 1)[-1]
