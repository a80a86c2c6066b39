"""What an edit must not do: turn the hue of things that have a colour, or bring out the noise of shadows.

    pytest -m benchmark -s tests/benchmarks/test_artefacts.py

Hues: looks with a known answer, 100 photos a side; the hue (CIE L*a*b*) of skin, plants and skies on 50 other photos,
in degrees from the answer's. Noise: flat dark regions of photos that `natural` and a bright look make brighter.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.benchmarks.monge_kantorovich import monge_kantorovich
from tests.colour_difference import lab
from tests.known_looks import bright_airy
from uegan_cli import Enhancer, read_photo
from uegan_cli.look_fitting import colour_map_fit
from uegan_cli.look_fitting.instant_look import fit_instant_look
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.losses.features import Features
from uegan_cli.training.data import to_float

from .test_learning import features as features
from .test_learning import make_task
from .test_learning import photos as photos
from .test_learning import shown as shown

pytestmark = pytest.mark.benchmark

KINDS = {"skin and wood": (30, 80), "plants": (100, 150), "skies and water": (220, 290)}
"""Hues in degrees."""

COLOURED = 10.0
"""Chroma from which a thing has a colour."""

BLOCK, DARK = 8, (3.0, 30.0)
"""Side of the blocks whose noise is measured, and their lightness."""


def hue_errors(look: nn.Module, held_out: list[tuple[Tensor, Tensor]]) -> dict[str, float]:
    """Mean distance of hues from the answers', in degrees, over pixels that have a colour in both."""
    errors: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for photo, answer in held_out:
        with torch.no_grad():
            result = lab(look(to_float(photo[None]))[0].float())
        before, wanted = lab(to_float(photo[None])[0]), lab(to_float(answer[None])[0])
        hues, chromas = zip(
            *[(torch.atan2(x[2], x[1]), x[1:].norm(dim=0)) for x in (before, wanted, result)], strict=True
        )
        coloured = torch.stack(chromas).amin(dim=0) > COLOURED
        off = torch.remainder(hues[2] - hues[1] + math.pi, 2 * math.pi) - math.pi
        degrees = torch.remainder(hues[0].rad2deg(), 360)
        for kind, (low, high) in KINDS.items():
            here = coloured & (degrees > low) & (degrees < high)
            if here.float().mean() > 0.01:
                errors[kind].append(float(off[here].abs().mean().rad2deg()))
    return {kind: sum(found) / len(found) for kind, found in errors.items()}


@pytest.mark.parametrize("name", ["warm film", "teal and orange", "bright, airy, gap"])
def test_hues_stay_where_the_look_has_them(
    name: str, photos: list[Tensor], shown: Tensor, features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prior, and taking what photos show into account, bound hues: here with and without them."""
    task = make_task(name, photos, shown, 0)
    raw, liked = task.photos.raw, task.photos.liked
    print(f"\n{name}")
    found = {}

    def tell(what: str, look: nn.Module) -> None:
        found[what] = hue_errors(look, task.held_out)
        print(f"  {what}: " + ", ".join(f"{kind} {error:.1f}" for kind, error in found[what].items()), flush=True)

    tell("closed form of the literature", monge_kantorovich(raw, liked))
    tell("instant look", fit_instant_look(describe_photos(raw, features), describe_photos(liked, features)).look)
    tell("without deep features", fit_instant_look(describe_photos(raw, None), describe_photos(liked, None)).look)
    monkeypatch.setattr(colour_map_fit, "PRIOR_WEIGHT", 1e-6)
    tell("without the prior", fit_instant_look(describe_photos(raw, features), describe_photos(liked, features)).look)
    means = {what: sum(errors.values()) / len(errors) for what, errors in found.items()}
    assert means["instant look"] < 10
    assert means["instant look"] <= min(means["closed form of the literature"], means["without the prior"]) + 0.5


def noise(photo: Tensor, edited: Tensor) -> tuple[float, float, float, float] | None:
    """In flat dark blocks of 3 x H x W in [-1, 1]: lightness before and after, noise in L* before and after."""
    light = [lab(x)[:1, None] for x in (photo, edited)]
    fine = [x - F.avg_pool2d(F.pad(x, [2] * 4, mode="reflect"), 5, 1) for x in light]
    mean = [F.avg_pool2d(x, BLOCK).flatten() for x in light]
    deviation = [F.avg_pool2d(x.square(), BLOCK).flatten().sqrt() for x in fine]
    dark = (mean[0] > DARK[0]) & (mean[0] < DARK[1]) & (deviation[0] > 0.05)
    if dark.sum() < 100:
        return None
    flat = dark & (deviation[0] <= deviation[0][dark].quantile(0.3))
    return tuple(float(values[flat].median()) for values in (*mean, *deviation))  # type: ignore[return-value]


def natural(path: Path, enhancer: Enhancer) -> tuple[Tensor, Tensor]:
    photo = read_photo(path)
    pair = [torch.from_numpy(np.ascontiguousarray(x.pixels)) for x in (photo, enhancer.enhance(photo))]
    return pair[0].permute(2, 0, 1) / 127.5 - 1, pair[1].permute(2, 0, 1) / 127.5 - 1


def test_noise_in_shadows_is_not_brought_out(shared_data: Path) -> None:
    enhancer, found = Enhancer("natural", device="cpu"), {"natural": [], "bright, airy": []}
    paths = [*sorted((shared_data / "raw").glob("zerodce__*")), *sorted((shared_data / "raw").glob("cameras__*"))[::4]]
    for path in paths:
        before, after = natural(path, enhancer)
        for name, edited in {"natural": after, "bright, airy": bright_airy((before + 1) / 2) * 2 - 1}.items():
            if (measured := noise(before, edited)) is not None:
                found[name].append(measured)
    for name, rows in ((name, torch.tensor(of)) for name, of in found.items()):
        brighter = rows[rows[:, 1] > 1.1 * rows[:, 0]]
        light, noisy = brighter[:, 1] / brighter[:, 0], brighter[:, 3] / brighter[:, 2]
        print(
            f"\n{name}: {len(brighter)} of {len(rows)} photos have their shadows brightened, L* x {light.median():.2f};"
        )
        print(f"their noise is {brighter[:, 2].median():.2f} L* and becomes {brighter[:, 3].median():.2f}", end="")
        print(f" (x {noisy.median():.2f}, at most {noisy.max():.2f})")
        assert float(noisy.median()) < 1.5 and float((noisy / light).median()) < 1
