"""The VGG is torchvision's, its weights are frozen, and it is tapped at the layers of the paper."""

from __future__ import annotations

import pytest
import torch

from uegan_cli.losses.features import Features


def test_vgg19_is_tapped_at_the_five_layers_of_the_paper() -> None:
    network = Features("vgg19")
    assert network.taps == [1, 6, 11, 20, 29]
    maps = network(torch.rand(1, 3, 64, 48) * 2 - 1)
    assert [tuple(m.shape[1:]) for m in maps] == [
        (64, 64, 48), (128, 32, 24), (256, 16, 12), (512, 8, 6), (512, 4, 3)
    ]  # fmt: skip


def test_vgg16_is_tapped_at_the_same_layers() -> None:
    assert Features("vgg16").taps == [1, 6, 11, 18, 25]


def test_the_layers_are_torchvisions() -> None:
    torchvision = pytest.importorskip("torchvision")
    for architecture, model in (("vgg16", torchvision.models.vgg16), ("vgg19", torchvision.models.vgg19)):
        network = Features(architecture)
        with torch.device("meta"):
            layers = model().features
        for mine, theirs in zip(network.features, layers, strict=False):
            assert type(mine) is type(theirs)
            if isinstance(mine, torch.nn.Conv2d):
                assert mine.weight.shape == theirs.weight.shape


def test_the_weights_are_frozen() -> None:
    assert not any(p.requires_grad for p in Features("vgg16").parameters())
