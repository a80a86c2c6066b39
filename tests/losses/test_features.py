from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from uegan_cli.errors import StyleError
from uegan_cli.losses.features import Features, load_features


def test_vgg19_taps_the_five_layers_of_the_paper() -> None:
    network = Features("vgg19")
    assert network.taps == [1, 6, 11, 20, 29]
    maps = network(torch.rand(1, 3, 64, 48) * 2 - 1)
    assert [tuple(m.shape[1:]) for m in maps] == [
        (64, 64, 48), (128, 32, 24), (256, 16, 12), (512, 8, 6), (512, 4, 3)
    ]  # fmt: skip


def test_vgg16_taps_follow_the_layers_of_torchvision() -> None:
    assert Features("vgg16").taps == [1, 6, 11, 18, 25]


def test_trunk_is_torchvisions_own() -> None:
    torchvision = pytest.importorskip("torchvision")
    for architecture, model in (("vgg16", torchvision.models.vgg16), ("vgg19", torchvision.models.vgg19)):
        network = Features(architecture)
        with torch.device("meta"):
            layers = model().features
        for mine, theirs in zip(network.features, layers, strict=False):
            assert type(mine) is type(theirs)
            if isinstance(mine, torch.nn.Conv2d):
                assert mine.weight.shape == theirs.weight.shape


@pytest.mark.parametrize("architecture", ["vgg16", "vgg19"])
def test_a_file_is_told_apart_by_its_tensors(architecture: str, tmp_path: Path) -> None:
    network = Features(architecture)
    weights = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    torch.save({**weights, "classifier.0.weight": torch.zeros(1)}, tmp_path / "weights.pth")
    for name in ("weights.safetensors", "weights.pth"):
        loaded = load_features(tmp_path / name)
        assert loaded.architecture == architecture
        assert torch.equal(loaded.features[0].weight, network.features[0].weight)


def test_the_networks_are_frozen() -> None:
    assert not any(p.requires_grad for p in Features("vgg16").parameters())


def test_whatever_is_not_vgg_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "junk.pth").write_bytes(b"not weights")
    (tmp_path / "junk.safetensors").write_bytes(b"\x00" * 40)
    save_file({"features.0.weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    for name in ("junk.pth", "junk.safetensors", "other.safetensors", "missing.pth"):
        with pytest.raises(StyleError, match=name) as caught:
            load_features(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_real_imagenet_weights_see_edges_and_not_noise(vgg16_file: Path) -> None:
    """A real network answers structure more strongly than the same pixels shuffled."""
    network = load_features(vgg16_file)
    assert network.architecture == "vgg16"
    ramp = torch.linspace(-1, 1, 64).view(1, 1, 1, 64).expand(1, 3, 64, 64)
    bars = torch.sign(torch.sin(ramp * 20))
    shuffled = bars.flatten(2)[:, :, torch.randperm(64 * 64)].view_as(bars)
    deep_bars, deep_noise = network(bars)[4], network(shuffled)[4]
    assert not torch.allclose(deep_bars, deep_noise, atol=0.1)
