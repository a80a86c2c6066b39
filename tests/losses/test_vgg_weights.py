"""A VGG is recognised by its tensors, and a file that holds none is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from uegan_cli.errors import StyleError
from uegan_cli.losses.features import Features
from uegan_cli.losses.vgg_weights import load_features


@pytest.mark.parametrize("architecture", ["vgg16", "vgg19"])
def test_the_architecture_of_a_file_is_recognised_by_its_tensors(architecture: str, tmp_path: Path) -> None:
    network = Features(architecture)
    weights = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    torch.save({**weights, "classifier.0.weight": torch.zeros(1)}, tmp_path / "weights.pth")
    for name in ("weights.safetensors", "weights.pth"):
        loaded = load_features(tmp_path / name)
        assert loaded.architecture == architecture
        assert torch.equal(loaded.features[0].weight, network.features[0].weight)


def test_other_files_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "junk.pth").write_bytes(b"not weights")
    (tmp_path / "junk.safetensors").write_bytes(b"\x00" * 40)
    save_file({"features.0.weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    for name in ("junk.pth", "junk.safetensors", "other.safetensors", "missing.pth"):
        with pytest.raises(StyleError, match=name) as caught:
            load_features(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_real_imagenet_weights_respond_to_edges_more_than_to_noise(vgg16_file: Path) -> None:
    network = load_features(vgg16_file)
    assert network.architecture == "vgg16"
    ramp = torch.linspace(-1, 1, 64).view(1, 1, 1, 64).expand(1, 3, 64, 64)
    bars = torch.sign(torch.sin(ramp * 20))
    shuffled = bars.flatten(2)[:, :, torch.randperm(64 * 64)].view_as(bars)
    deep_bars, deep_noise = network(bars)[4], network(shuffled)[4]
    assert not torch.allclose(deep_bars, deep_noise, atol=0.1)
