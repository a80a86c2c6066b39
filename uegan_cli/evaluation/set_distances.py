"""Distances between two sets of unpaired photos: tone and colour (Wasserstein) and KID (VGG features).

Each photo is reduced to a row of features first; each distance compares two sets of rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from ..losses.features import Features
from .pictures import Picture, to_lab

FeatureRows = NDArray[np.float32]
"""One photo's features, of shape (d,), or a set's, of shape (photos, d)."""

BINS = 100
HUE_DIRECTIONS = 8
"""Directions in the a*b* plane along which colours are compared."""

LIGHTNESS_BINS = np.linspace(0.5, 99.5, BINS)
CHROMA_BINS = np.linspace(-127, 127, BINS)
"""Bin centres: L*, and a*b* projected onto a direction."""

HISTOGRAM_LONG_SIDE = 256
VGG_LONG_SIDE = 384
"""Pixels to which a photo is reduced before its colours are counted, or before it goes through the VGG."""

KID_MAX_PHOTOS = 2000
KID_SUBSETS = 50

_BOOTSTRAP_RESAMPLES = 200


def lab_histograms(picture: Picture) -> FeatureRows:
    """Return shares of pixels of shape (9 * BINS,): by L*, then by a*b* along each of HUE_DIRECTIONS."""
    lab = to_lab(_reduced(picture, HISTOGRAM_LONG_SIDE)).reshape(-1, 3)
    angles = np.arange(HUE_DIRECTIONS) * np.pi / HUE_DIRECTIONS
    projections = lab[:, 1:] @ np.stack([np.cos(angles), np.sin(angles)])
    counts = [np.histogram(lab[:, 0].clip(0, 100), BINS, (0, 100))[0]]
    half_bin = (CHROMA_BINS[1] - CHROMA_BINS[0]) / 2
    span = (CHROMA_BINS[0] - half_bin, CHROMA_BINS[-1] + half_bin)
    counts += [np.histogram(projections[:, k].clip(*span), BINS, span)[0] for k in range(HUE_DIRECTIONS)]
    return (np.concatenate(counts) / len(lab)).astype(np.float32)


@torch.no_grad()
def vgg_means(picture: Picture, features: Features) -> FeatureRows:
    """Return the mean of each feature map of the VGG's five layers, of shape (1472,): texture, tone and content."""
    x = torch.from_numpy(_reduced(picture, VGG_LONG_SIDE) / np.float32(127.5) - 1).permute(2, 0, 1)[None]
    with torch.autocast("cpu", torch.bfloat16):
        maps = features(x)
    return torch.cat([layer.float().mean((2, 3))[0] for layer in maps]).numpy()


def tone_distance(one: FeatureRows, two: FeatureRows) -> float:
    """Return the Wasserstein distance of two sets' lightness from their `lab_histograms`, in L*."""
    return _wasserstein(LIGHTNESS_BINS, one[:, :BINS], two[:, :BINS])


def colour_distance(one: FeatureRows, two: FeatureRows) -> float:
    """Return the sliced Wasserstein distance of two sets' colours from their `lab_histograms`, in units of a*b*."""
    slices = [slice(k * BINS, (k + 1) * BINS) for k in range(1, HUE_DIRECTIONS + 1)]
    return float(np.mean([_wasserstein(CHROMA_BINS, one[:, part], two[:, part]) for part in slices]))


def kernel_distance(one: FeatureRows, two: FeatureRows, seed: int = 0) -> tuple[float, float]:
    """Return KID (Binkowski et al., 2018) of two sets' `vgg_means`, and its standard error.

    The error follows from how KID varies over KID_SUBSETS random subsets, each without a quarter of the photos, as in
    a delete-d jackknife.
    """
    from torchmetrics.image.kid import KernelInceptionDistance

    one, two = _subsampled(one), _subsampled(two)
    fewest = min(len(one), len(two))
    size = max(2, min(fewest, 1000) * 3 // 4)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        # It warns that it keeps all features: here, one row a photo for at most KID_MAX_PHOTOS.
        warnings.simplefilter("ignore", UserWarning)
        distance = KernelInceptionDistance(feature=_Identity(), subsets=KID_SUBSETS, subset_size=size)
        distance.update(torch.from_numpy(two), real=True)
        distance.update(torch.from_numpy(one), real=False)
        mean, deviation = distance.compute()
    return float(mean), float(deviation) * (size / (fewest - size)) ** 0.5


def bootstrap_error(
    distance: Callable[[FeatureRows, FeatureRows], float], one: FeatureRows, two: FeatureRows, seed: int = 0
) -> float:
    """Return the standard error of a distance of two sets, by bootstrap over photos; NaN if a set has only one."""
    if min(len(one), len(two)) < 2:
        return float("nan")
    rng = np.random.default_rng(seed)
    resamples = (
        (rows[rng.integers(len(rows), size=len(rows))] for rows in (one, two)) for _ in range(_BOOTSTRAP_RESAMPLES)
    )
    return float(np.std([distance(*pair) for pair in resamples]))


class _Identity(nn.Module):
    """Stands in for the network whose features torchmetrics compares: the features are given."""

    def forward(self, features: Tensor) -> Tensor:
        return features


def _wasserstein(bins: NDArray[np.float64], one: FeatureRows, two: FeatureRows) -> float:
    from scipy.stats import wasserstein_distance

    return float(wasserstein_distance(bins, bins, one.mean(axis=0), two.mean(axis=0)))


def _subsampled(rows: FeatureRows) -> FeatureRows:
    """Return at most KID_MAX_PHOTOS rows, evenly spaced."""
    return rows[:: -(-len(rows) // KID_MAX_PHOTOS)]


def _reduced(picture: Picture, long_side: int) -> Picture:
    image = Image.fromarray(picture)
    image.thumbnail((long_side, long_side), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(image)
