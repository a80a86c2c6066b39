"""The VGG features that fidelity is measured in, from torchvision's VGG-19 or from a file."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from .. import paths
from ..errors import StyleError

BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions in each of the five blocks (Simonyan & Zisserman, configurations D and E)."""

WIDTHS = (64, 128, 256, 512, 512)
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


class Features(nn.Module):
    """relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1 of a frozen ImageNet VGG.

    architecture: `vgg16` or `vgg19`. The convolutions keep torchvision's names (`features.N`).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, architecture: str = "vgg19") -> None:
        super().__init__()
        self.architecture = architecture
        layers, self.taps = _layers(BLOCKS[architecture])
        self.features = nn.ModuleList(layers)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)
        self.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    def forward(self, x: Tensor, deepest: int = 4) -> list[Tensor]:
        """N x 3 x H x W in [-1, 1] -> the maps 0 .. `deepest`, N x C x H/2^k x W/2^k for k = 0, 1, 2, 3, 4"""
        x = ((x + 1) / 2 - self.mean) / self.std
        x = x.to(self.features[0].get_parameter("weight").dtype)
        maps = []
        for index, layer in enumerate(self.features[: self.taps[deepest] + 1]):
            x = layer(x)
            if index in self.taps:
                maps.append(x)
        return maps


def _layers(blocks: tuple[int, ...]) -> tuple[list[nn.Module], list[int]]:
    """The trunk up to relu5_1, numbered as torchvision numbers it, and the positions of the taps."""
    layers: list[nn.Module] = []
    taps: list[int] = []
    channels = 3
    for width, count in zip(WIDTHS, blocks, strict=True):
        taps.append(len(layers) + 1)
        for _ in range(count):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
            channels = width
        layers.append(nn.MaxPool2d(2))
    return layers[: taps[-1] + 1], taps


def load_features(file: Path) -> Features:
    """Features from a `.safetensors` or `.pth` file of a VGG-19 or VGG-16, told apart by its tensors.

    Raises StyleError when the file cannot be read or holds neither.
    """
    tensors = {name: tensor.float() for name, tensor in _tensors(file).items() if name.startswith("features.")}
    for architecture in BLOCKS:
        network = Features(architecture)
        wanted = network.state_dict()
        # A VGG-16's convolutions stand at other numbers than a VGG-19's, so only the right one finds all of its own.
        if all(name in tensors and tensors[name].shape == wanted[name].shape for name in wanted):
            network.load_state_dict({name: tensors[name] for name in wanted})
            return network
    raise StyleError(f"{file}: holds neither a VGG-19 nor a VGG-16 (torchvision's tensor names are expected)")


def _tensors(file: Path) -> Mapping[str, Tensor]:
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
        raise StyleError(f"{file}: not a file of VGG weights, or damaged") from error


def downloaded_file() -> Path | None:
    """torchvision's VGG-19 in the user cache, if it has been downloaded."""
    file = paths.weights_dir() / _file_name()
    return file if file.exists() else None


def download() -> Path:
    """Fetch torchvision's VGG-19 (IMAGENET1K_V1, 548 MB) into the user cache; the hash in its name is checked.

    Raises StyleError when the network or the disk does not let it.
    """
    from torchvision.models import VGG19_Weights

    folder = paths.weights_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        VGG19_Weights.IMAGENET1K_V1.get_state_dict(model_dir=str(folder), check_hash=True)
    except (OSError, RuntimeError) as error:
        raise StyleError(
            f"cannot download the VGG-19 weights ({error}); fetch {VGG19_Weights.IMAGENET1K_V1.url} elsewhere"
            " and name the file with --vgg-weights"
        ) from error
    return folder / _file_name()


def _file_name() -> str:
    from torchvision.models import VGG19_Weights

    return str(VGG19_Weights.IMAGENET1K_V1.url).rsplit("/", 1)[-1]
