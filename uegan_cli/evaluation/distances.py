"""How far a set of photos is from another that shows other things: tones, colours, and what a VGG sees in them."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from ..losses.features import Features
from .similarity import Picture, lab

Rows = NDArray[np.float32]
"""One row a photo."""

BINS = 100
DIRECTIONS = 8
"""In the plane of a* and b*, along which colours are compared."""

TONE = np.linspace(0.5, 99.5, BINS)
COLOUR = np.linspace(-127, 127, BINS)
"""What the bins stand for: L*, and a* and b* along a direction."""

SIDE = 256
"""Long side at which tones and colours are counted."""

FEATURE_SIDE = 384
"""Long side at which the VGG sees photos."""

MOST_FOR_KID = 2000
SUBSETS = 50

_RESAMPLES = 200


def histograms(picture: Picture) -> Rows:
    """The shares of a picture's pixels in BINS bins of L*, then of colour along each of DIRECTIONS."""
    colours = lab(_reduced(picture, SIDE)).reshape(-1, 3)
    angles = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    along = colours[:, 1:] @ np.stack([np.cos(angles), np.sin(angles)])
    counted = [np.histogram(colours[:, 0].clip(0, 100), BINS, (0, 100))[0]]
    step = (COLOUR[1] - COLOUR[0]) / 2
    span = (COLOUR[0] - step, COLOUR[-1] + step)
    counted += [np.histogram(along[:, k].clip(*span), BINS, span)[0] for k in range(DIRECTIONS)]
    return (np.concatenate(counted) / len(colours)).astype(np.float32)


def tone_distance(one: Rows, two: Rows) -> float:
    """Wasserstein distance of two sets' lightness, in L*: how far it would have to be moved."""
    return _moved(TONE, one[:, :BINS], two[:, :BINS])


def colour_distance(one: Rows, two: Rows) -> float:
    """Sliced Wasserstein distance of two sets' colours, in units of a* and b*."""
    slices = [slice(k * BINS, (k + 1) * BINS) for k in range(1, DIRECTIONS + 1)]
    return float(np.mean([_moved(COLOUR, one[:, part], two[:, part]) for part in slices]))


@torch.no_grad()
def described(picture: Picture, features: Features) -> Rows:
    """The means of all that the VGG's five layers see in a picture, tones and textures as well as things: 1472."""
    x = torch.from_numpy(_reduced(picture, FEATURE_SIDE) / np.float32(127.5) - 1).permute(2, 0, 1)[None]
    with torch.autocast("cpu", torch.bfloat16):
        maps = features(x)
    return torch.cat([layer.float().mean((2, 3))[0] for layer in maps]).numpy()


def kernel_distance(one: Rows, two: Rows, seed: int = 0) -> tuple[float, float]:
    """KID (Binkowski et al., 2018) of two sets' descriptions, and its standard error.

    That follows from how KID differs between SUBSETS subsets without most of their photos, as in a jackknife.
    """
    from torchmetrics.image.kid import KernelInceptionDistance

    one, two = _some(one), _some(two)
    fewest = min(len(one), len(two))
    size = max(2, min(fewest, 1000) * 3 // 4)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        # It says that it keeps all features: a row of each photo, of no more than MOST_FOR_KID.
        warnings.simplefilter("ignore", UserWarning)
        distance = KernelInceptionDistance(feature=_AsTheyAre(), subsets=SUBSETS, subset_size=size)
        distance.update(torch.from_numpy(two), real=True)
        distance.update(torch.from_numpy(one), real=False)
        mean, deviation = distance.compute()
    return float(mean), float(deviation) * (size / (fewest - size)) ** 0.5


def spread(distance: Callable[[Rows, Rows], float], one: Rows, two: Rows, seed: int = 0) -> float:
    """The standard error of a distance of two sets, from resamples of their photos; NaN where one is a single photo."""
    if min(len(one), len(two)) < 2:
        return float("nan")
    rng = np.random.default_rng(seed)
    resamples = ((rows[rng.integers(len(rows), size=len(rows))] for rows in (one, two)) for _ in range(_RESAMPLES))
    return float(np.std([distance(*pair) for pair in resamples]))


class _AsTheyAre(nn.Module):
    """In the place of the network whose features torchmetrics compares: they are known already."""

    def forward(self, features: Tensor) -> Tensor:
        return features


def _moved(places: NDArray[np.float64], one: Rows, two: Rows) -> float:
    from scipy.stats import wasserstein_distance

    return float(wasserstein_distance(places, places, one.mean(axis=0), two.mean(axis=0)))


def _some(rows: Rows) -> Rows:
    """At most MOST_FOR_KID of them, evenly spread."""
    return rows[:: -(-len(rows) // MOST_FOR_KID)]


def _reduced(picture: Picture, side: int) -> Picture:
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(image)
