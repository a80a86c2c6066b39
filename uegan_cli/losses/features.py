"""The VGG feature maps that the fidelity loss compares (section III-C2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""In each of the five blocks (Simonyan & Zisserman, configurations D and E)."""

CHANNELS = (64, 128, 256, 512, 512)
"""In each of the five blocks."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Features(nn.Module):
    """relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1 of a frozen ImageNet VGG.

    architecture: `vgg16` or `vgg19`. The convolutions have torchvision's names (`features.N`).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, architecture: str = "vgg19") -> None:
        super().__init__()
        self.architecture = architecture
        layers, self.taps = _layers(CONVOLUTIONS[architecture])
        self.features = nn.ModuleList(layers)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)
        self.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    def forward(self, x: Tensor, deepest: int = 4) -> list[Tensor]:
        """Return the maps 0 .. `deepest` of N x 3 x H x W in [-1, 1]: N x C x H/2^k x W/2^k for k = 0 .. 4."""
        x = ((x + 1) / 2 - self.mean) / self.std
        x = x.to(self.features[0].get_parameter("weight").dtype)
        maps = []
        for index, layer in enumerate(self.features[: self.taps[deepest] + 1]):
            x = layer(x)
            if index in self.taps:
                maps.append(x)
        return maps


def _layers(convolutions: tuple[int, ...]) -> tuple[list[nn.Module], list[int]]:
    """Return the layers up to relu5_1, numbered as torchvision numbers them, and the numbers of the five taps."""
    layers: list[nn.Module] = []
    taps: list[int] = []
    channels_in = 3
    for channels, count in zip(CHANNELS, convolutions, strict=True):
        taps.append(len(layers) + 1)
        for _ in range(count):
            layers += [nn.Conv2d(channels_in, channels, 3, padding=1), nn.ReLU(inplace=True)]
            channels_in = channels
        layers.append(nn.MaxPool2d(2))
    return layers[: taps[-1] + 1], taps
