"""Groups of metrics and features that are measured together from one picture, and cached together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..losses.features import Features
from .delta_e import delta_e
from .measurement_cache import Values, file_identity
from .methods import SourcePictures
from .nima import Nima
from .pairs import Source
from .pictures import Picture, at_one_size
from .psnr_ssim import luma_ssim, psnr, ssim
from .set_distances import lab_histograms, vgg_means

TONES, VGG_FEATURES = "tones", "features"
"""Names of the groups whose values are features of a picture, from which distances between photo sets follow."""


@dataclass(frozen=True)
class MetricGroup:
    """Values measured together: one for each of `metrics`, or a vector of features if there are none.

    metrics: keys of `metrics.METRICS`. identity: returns what determines the values besides source and picture; part of
    the cache key. measure: maps a source and a method's picture of it to the values.
    """

    name: str
    metrics: tuple[str, ...]
    identity: Callable[[Source], str]
    measure: Callable[[SourcePictures, Picture], Values]


def reference_metrics() -> MetricGroup:
    """Return PSNR, SSIM and ΔE to the reference."""

    def measure(pictures: SourcePictures, picture: Picture) -> Values:
        pair = at_one_size(picture, pictures.reference)
        return np.array([psnr(*pair), ssim(*pair), delta_e(*pair)])

    def identity(source: Source) -> str:
        assert source.reference is not None
        return f"1 {file_identity(source.reference)}"

    return MetricGroup("reference", ("psnr", "ssim", "delta_e"), identity, measure)


def input_metrics() -> MetricGroup:
    """Return colour change, structural fidelity and relative size to the input."""

    def measure(pictures: SourcePictures, picture: Picture) -> Values:
        pair = at_one_size(picture, pictures.input)
        size = float(np.sqrt(picture[..., 0].size / pictures.input[..., 0].size))
        return np.array([delta_e(*pair), luma_ssim(*pair), size])

    return MetricGroup("input", ("change", "fidelity", "size"), lambda _: "2", measure)


def nima_metric(nima: Nima, file: Path) -> MetricGroup:
    """Return the NIMA score. file: the weights."""
    identity = f"1 {file_identity(file)}"
    return MetricGroup("nima", ("nima",), lambda _: identity, lambda _, picture: np.array([nima.score(picture)]))


def tone_features() -> MetricGroup:
    """Return `set_distances.lab_histograms`."""
    return MetricGroup(TONES, (), lambda _: "1", lambda _, picture: lab_histograms(picture))


def vgg_features(features: Features, file: Path) -> MetricGroup:
    """Return `set_distances.vgg_means`. file: the VGG's weights."""
    identity = f"1 {file_identity(file)}"
    return MetricGroup(VGG_FEATURES, (), lambda _: identity, lambda _, picture: vgg_means(picture, features))
