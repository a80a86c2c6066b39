from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import mobilenet_v2
from torchvision.transforms import v2

from uegan_cli.errors import StyleError
from uegan_cli.evaluation.nima import WEIGHTS_NAME, find_cached_weights, load_nima
from uegan_cli.paths import weights_dir


@pytest.fixture(scope="module")
def weights() -> tuple[torch.nn.Module, torch.nn.Linear]:
    """A MobileNet-V2 and a head for ten scores, from which checkpoints are saved."""
    torch.manual_seed(0)
    return mobilenet_v2(weights=None).eval(), torch.nn.Linear(1280, 10)


def saved(path: Path, weights: tuple[torch.nn.Module, torch.nn.Linear], flat: bool, prefix: str = "") -> Path:
    """Save as the authors do. flat: with the block nesting of their torchvision, not of today's."""
    network, head = weights
    tensors = {}
    for key, value in network.features.state_dict().items():
        parts = key.split(".")
        if flat and len(parts) > 3 and parts[1] == "conv" and parts[3].isdigit():
            # `1.conv.0.1.weight` was `1.conv.1.weight`; later indices shift too.
            key = ".".join([*parts[:2], str(int(parts[2]) * 3 + int(parts[3])), *parts[4:]])
        elif flat and len(parts) > 3 and parts[1] == "conv":
            key = ".".join([*parts[:2], str(int(parts[2]) + 10), *parts[3:]])
        tensors[f"{prefix}base_model.0.{key}"] = value
    tensors |= {f"{prefix}head.2.{key}": value for key, value in head.state_dict().items()}
    torch.save({"epoch": 3, "state_dict": tensors} if flat else tensors, path)
    return path


@pytest.mark.parametrize(("flat", "prefix"), [(False, ""), (True, ""), (True, "module.")])
@torch.no_grad()
def test_the_score_is_the_mean_of_the_predicted_distribution(
    tmp_path: Path, weights: tuple[torch.nn.Module, torch.nn.Linear], flat: bool, prefix: str
) -> None:
    nima = load_nima(saved(tmp_path / "nima.pth", weights, flat, prefix))
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (300, 400, 3), np.uint8)
    network, head = weights
    small = v2.functional.resize(Image.fromarray(picture), 256)
    crop = np.asarray(small)[16:240, (small.width - 224) // 2 :][:, :224] / 255
    x = torch.from_numpy((crop - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).permute(2, 0, 1)[None].float()
    shares = head(network.features(x).mean((2, 3))).softmax(dim=1)[0]
    expected = sum((score + 1) * float(share) for score, share in enumerate(shares))
    assert nima.score(picture) == pytest.approx(expected, abs=1e-3)


def test_another_network_is_refused(tmp_path: Path, weights: tuple[torch.nn.Module, torch.nn.Linear]) -> None:
    path = tmp_path / "other.pth"
    torch.save({"base_model.0.weight": torch.zeros(3)}, path)
    with pytest.raises(StyleError, match="not NIMA"):
        load_nima(path)


def test_a_file_that_is_not_a_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.pth"
    path.write_text("hello")
    with pytest.raises(StyleError, match="text.pth: not a file of NIMA weights"):
        load_nima(path)
    with pytest.raises(StyleError, match="cannot read"):
        load_nima(tmp_path / "gone.pth")


def test_the_weights_in_the_cache_are_found() -> None:
    assert find_cached_weights() is None
    weights_dir().mkdir(parents=True)
    (weights_dir() / WEIGHTS_NAME).write_bytes(b"")
    assert find_cached_weights() == weights_dir() / WEIGHTS_NAME
