"""Which form of the attention and which initialisation learn best to restore degraded photos.

    pytest -m benchmark -s tests/benchmarks/test_attention.py     (two minutes for each of five rows)

UEGAN_BENCH_STEPS=600  steps of each row (default 150)
UEGAN_BENCH_SEEDS=2    seeds to repeat each row with (default 1)

The number of steps is the same for all rows, not the time, so that other load on the machine does not matter. The time
of a step is printed too.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from tests.colour_difference import psnr
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.losses.undo import undo
from uegan_cli.networks.config import Attention
from uegan_cli.training.config import Initialisation, TrainConfig
from uegan_cli.training.data import Crops, load_photos, to_float
from uegan_cli.training.degradations import ToneDegradation
from uegan_cli.training.ema import EMA
from uegan_cli.training.start import new_generator

pytestmark = pytest.mark.benchmark

STEPS = int(os.environ.get("UEGAN_BENCH_STEPS", "150"))
SEEDS = int(os.environ.get("UEGAN_BENCH_SEEDS", "1"))
CROP_SIDE, BATCH = 128, 6
LEARNING_RATE = 3e-4
ROWS: list[tuple[Attention, Initialisation]] = [
    ("prenorm", "fast"),
    ("reference", "fast"),
    ("paper", "fast"),
    ("none", "fast"),
    ("paper", "paper"),
]


def read(path: Path) -> Tensor:
    """Read 1 x 3 x H x W in [-1, 1]."""
    return to_float(torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)[None])


@torch.no_grad()
def score(generator: nn.Module, folder: Path) -> float:
    """Return the mean PSNR against the expert's versions of photos that no row was trained on, in dB."""
    scores = []
    for path in sorted((folder / "raw").glob("*.png")):
        photo, expert = read(path), read(folder / "label" / path.name)
        small = F.interpolate(photo, scale_factor=0.75, mode="area")
        with torch.autocast("cpu", torch.bfloat16):
            edit = generator(small).float() - small
        edited = photo + F.interpolate(edit, photo.shape[2:], mode="bilinear")
        scores.append(psnr(edited.clamp(-1, 1)[..., 4:-4, 4:-4], expert[..., 4:-4, 4:-4]))
    return sum(scores) / len(scores)


def train_to_restore(generator: nn.Module, photos: list[Tensor], seed: int) -> nn.Module:
    """Train a generator to restore degraded crops, for STEPS steps; return it with its averaged weights."""
    crops, rng, degrade = Crops(photos, CROP_SIDE, seed), torch.Generator().manual_seed(seed), ToneDegradation()
    generator = generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(
        generator.parameters(), LEARNING_RATE, betas=(0.9, 0.99), weight_decay=0.0, fused=True
    )
    ema = EMA(generator, 0.98)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, 1.9 - 1.8 * step / STEPS)
        liked = crops.batch(BATCH).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            restored = generator(degrade(liked, rng))
        optimiser.zero_grad(set_to_none=True)
        with torch.autograd.set_multithreading_enabled(False):
            undo(liked, restored).backward()
        optimiser.step()
        ema.update(generator)
    return ema.network


def test_forms_of_the_attention(liked_photos: list[Path], shared_data: Path) -> None:
    photos = list(load_photos(liked_photos, 192).values())
    print(f"\nunedited: {score(nn.Identity(), shared_data / 'fivek'):.2f} dB")
    for attention, initialisation in ROWS:
        results, seconds = [], 0.0
        for seed in range(SEEDS):
            config = TrainConfig(
                generator=StyledGeneratorConfig(attention=attention),
                initialisation=initialisation,
                instant=False,
                seed=seed,
            )
            start = time.monotonic()
            generator = train_to_restore(new_generator(config), photos, seed)
            seconds += time.monotonic() - start
            results.append(score(generator, shared_data / "fivek"))
        print(
            f"attention {attention}, initialisation {initialisation}, {STEPS} steps: "
            f"{' and '.join(f'{result:.2f}' for result in results)} dB, {seconds / SEEDS / STEPS:.2f} s per step",
            flush=True,
        )
