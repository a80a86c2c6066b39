"""NIMA: how people would score a photo, from 1 to 10 (Talebi & Milanfar, 2018), with a MobileNet-V2."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from ..errors import StyleError
from ..paths import weights_dir
from .similarity import Picture

SCORES = 10
SHORT_SIDE, CROP = 256, 224
FILE = "pretrain-model.pth"
"""The name under which the authors publish the weights, and the user cache keeps them."""


class Nima(nn.Module):
    """MobileNet-V2 without its classifier, means over the map, and the shares of the ten scores."""

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import mobilenet_v2

        self.features = mobilenet_v2(weights=None).features
        self.head = nn.Linear(1280, SCORES)
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """N x 3 x 224 x 224, ImageNet-normalised -> N x 10, each row with sum 1."""
        shares: Tensor = self.head(self.features(x).mean((2, 3))).softmax(dim=1)
        return shares

    @torch.no_grad()
    def score(self, picture: Picture) -> float:
        """The mean of the ten scores: of the middle of the photo, reduced to a short side of 256 pixels."""
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
        shares = self(prepare(Image.fromarray(picture))[None])[0]
        return float(shares @ torch.arange(1.0, SCORES + 1))


def cached_file() -> Path | None:
    """The weights in the user cache, if they are there."""
    file = weights_dir() / FILE
    return file if file.exists() else None


def load_nima(file: Path) -> Nima:
    """From the authors' checkpoint: `base_model.0.*` in the order of torchvision's features, and `head.2`.

    Raises StyleError when the file cannot be read or holds something else.
    """
    tensors = _tensors(file)
    network = Nima()
    wanted = {key: value for key, value in network.features.state_dict().items() if _counts(key)}
    # Their blocks are nested another way than torchvision's are today; the order is the same.
    given = [value for key, value in tensors.items() if key.startswith("base_model.0.") and _counts(key)]
    heads = [tensors.get(f"head.2.{part}") for part in ("weight", "bias")]
    shapes = [tuple(value.shape) for value in wanted.values()]
    if [tuple(value.shape) for value in given] != shapes or [None if h is None else tuple(h.shape) for h in heads] != [
        (SCORES, 1280),
        (SCORES,),
    ]:
        raise StyleError(f"{file}: no NIMA with a MobileNet-V2 (base_model.0.* and head.2 are expected)")
    network.features.load_state_dict(dict(zip(wanted, given, strict=True)), strict=False)
    network.head.load_state_dict({"weight": heads[0], "bias": heads[1]})
    return network


def _counts(key: str) -> bool:
    return not key.endswith("num_batches_tracked")


def _tensors(file: Path) -> dict[str, Tensor]:
    try:
        found = torch.load(file, map_location="cpu", weights_only=True)
        found = found.get("state_dict", found)
        return {key.removeprefix("module."): value.float() for key, value in found.items()}
    except OSError as error:
        raise StyleError(f"{file}: cannot read the NIMA weights ({error.strerror or error})") from error
    except (pickle.UnpicklingError, RuntimeError, ValueError, KeyError, EOFError, AttributeError) as error:
        raise StyleError(f"{file}: not a file of NIMA weights, or damaged") from error
