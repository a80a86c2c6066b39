"""Which form of the attention, and which initialisation, learns best: toned-down photos undone, in as many steps.

Steps and not minutes are the same for all, so that a busy machine does not decide; what a step costs is printed too.

    pytest -m benchmark -s tests/benchmarks/test_attention.py                 (150 steps, about 2 minutes a row)
    UEGAN_BENCH_STEPS=600 UEGAN_BENCH_SEEDS=2 pytest -m benchmark -s tests/benchmarks/test_attention.py
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
SIZE, BATCH = 128, 6
ROWS: list[tuple[Attention, Initialisation]] = [
    ("prenorm", "fast"),
    ("reference", "fast"),
    ("paper", "fast"),
    ("none", "fast"),
    ("paper", "paper"),
]


def read(path: Path) -> Tensor:
    return to_float(torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)[None])


@torch.no_grad()
def score(generator: nn.Module, folder: Path) -> float:
    """Mean PSNR against the expert's version, of photos that no row was trained on."""
    scores = []
    for path in sorted((folder / "raw").glob("*.png")):
        photo, expert = read(path), read(folder / "label" / path.name)
        small = F.interpolate(photo, scale_factor=0.75, mode="area")
        with torch.autocast("cpu", torch.bfloat16):
            edit = generator(small).float() - small
        whole = photo + F.interpolate(edit, photo.shape[2:], mode="bilinear")
        scores.append(psnr(whole.clamp(-1, 1)[..., 4:-4, 4:-4], expert[..., 4:-4, 4:-4]))
    return sum(scores) / len(scores)


def undoing(generator: nn.Module, photos: list[Tensor], seed: int) -> nn.Module:
    """The generator after so many steps in which it was to bring toned-down crops back: its averaged weights."""
    liked, rng, spoil = Crops(photos, SIZE, seed), torch.Generator().manual_seed(seed), ToneDegradation()
    generator = generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(generator.parameters(), 3e-4, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
    average = EMA(generator, 0.98)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = 3e-4 * min(1.0, 1.9 - 1.8 * step / STEPS)
        wanted = liked.batch(BATCH).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            undone = generator(spoil(wanted, rng))
        optimiser.zero_grad(set_to_none=True)
        with torch.autograd.set_multithreading_enabled(False):
            undo(wanted, undone).backward()
        optimiser.step()
        average.update(generator)
    return average.network


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
            began = time.monotonic()
            generator = undoing(new_generator(config), photos, seed)
            seconds += time.monotonic() - began
            results.append(score(generator, shared_data / "fivek"))
        print(
            f"attention {attention}, initialisation {initialisation}, {STEPS} steps: "
            f"{' and '.join(f'{result:.2f}' for result in results)} dB, {seconds / SEEDS / STEPS:.2f} s a step",
            flush=True,
        )
