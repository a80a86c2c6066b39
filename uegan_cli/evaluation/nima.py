"""NIMA, which predicts how people would score a photo from 1 to 10 (Talebi & Milanfar, 2018), with MobileNet-V2."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from ..errors import StyleError
from ..paths import weights_dir
from .pictures import Picture

SCORES = 10
SHORT_SIDE, CROP = 256, 224
WEIGHTS_NAME = "pretrain-model.pth"
"""File name under which the authors publish the weights, used in the user cache too."""


class Nima(nn.Module):
    """MobileNet-V2 without its classifier, global average pooling, and the distribution over the ten scores."""

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import mobilenet_v2

        self.features = mobilenet_v2(weights=None).features
        self.head = nn.Linear(1280, SCORES)
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """Map N x 3 x 224 x 224, ImageNet-normalised, to N x 10; each row sums to 1."""
        probabilities: Tensor = self.head(self.features(x).mean((2, 3))).softmax(dim=1)
        return probabilities

    @torch.no_grad()
    def score(self, picture: Picture) -> float:
        """Return the mean score of the centre crop of a photo reduced to a short side of 256 pixels."""
        from torchvision.transforms import v2

        prepare = v2.Compose(
            [
                v2.ToImage(),
                v2.Resize(SHORT_SIDE, antialias=True),
                v2.CenterCrop(CROP),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            ]
        )
        probabilities = self(prepare(Image.fromarray(picture))[None])[0]
        return float(probabilities @ torch.arange(1.0, SCORES + 1))


def find_cached_weights() -> Path | None:
    """Return the weights file in the user cache, or None if there is none."""
    file = weights_dir() / WEIGHTS_NAME
    return file if file.exists() else None


def load_nima(file: Path) -> Nima:
    """Load the authors' checkpoint: `base_model.0.*` in the order of torchvision's features, and `head.2`.

    Raises StyleError where the file cannot be read or holds something else.
    """
    tensors = _read_tensors(file)
    network = Nima()
    expected = {key: value for key, value in network.features.state_dict().items() if _is_compared(key)}
    # The checkpoint nests its blocks differently from today's torchvision; the order is the same.
    given = [value for key, value in tensors.items() if key.startswith("base_model.0.") and _is_compared(key)]
    heads = [tensors.get(f"head.2.{part}") for part in ("weight", "bias")]
    shapes = [tuple(value.shape) for value in expected.values()]
    if [tuple(value.shape) for value in given] != shapes or [None if h is None else tuple(h.shape) for h in heads] != [
        (SCORES, 1280),
        (SCORES,),
    ]:
        raise StyleError(f"{file}: not NIMA with MobileNet-V2; use the authors' {WEIGHTS_NAME}")
    network.features.load_state_dict(dict(zip(expected, given, strict=True)), strict=False)
    network.head.load_state_dict({"weight": heads[0], "bias": heads[1]})
    return network


def _is_compared(key: str) -> bool:
    """Leave out batch counters, which old checkpoints lack and inference does not use."""
    return not key.endswith("num_batches_tracked")


def _read_tensors(file: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        state = state.get("state_dict", state)
        return {key.removeprefix("module."): value.float() for key, value in state.items()}
    except OSError as error:
        raise StyleError(f"{file}: cannot read the NIMA weights ({error.strerror or error})") from error
    except (pickle.UnpicklingError, RuntimeError, ValueError, KeyError, EOFError, AttributeError) as error:
        raise StyleError(f"{file}: not a file of NIMA weights, or damaged") from error
