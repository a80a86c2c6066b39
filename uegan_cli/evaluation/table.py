"""The table of a comparison: each method's mean of each metric over photos, with 95 % confidence intervals."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .measurement_cache import Values
from .measurements import Measurement
from .metric_groups import TONES, VGG_FEATURES
from .metrics import METRICS
from .set_distances import (
    KID_MAX_PHOTOS,
    FeatureRows,
    bootstrap_error,
    colour_distance,
    kernel_distance,
    tone_distance,
)

CONFIDENCE = 0.95
_NORMAL_QUANTILE = 1.96
_BOOTSTRAP_RESAMPLES = 2000
_KID_MIN_PHOTOS = 4


@dataclass(frozen=True)
class TableCell:
    """A mean over n photos, or the distance of n photos from others, with its 95 % interval; NaN for a single photo."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class TableRow:
    """A method's cells by metric key. n: photos that it has a picture of."""

    method: str
    n: int
    cells: Mapping[str, TableCell]


class MetricTable:
    """Collects measurements one by one; memory grows by a few numbers a photo.

    liked: features of the liked photos by metric group, of shape (photos, d): TONES, and VGG_FEATURES if there is a
    VGG. None leaves out the distances to them.
    """

    def __init__(self, methods: Sequence[str], liked: Mapping[str, FeatureRows] | None = None) -> None:
        self._liked = liked
        self._count = dict.fromkeys(methods, 0)
        self._values: dict[tuple[str, str], array[float]] = {}
        self._features: dict[tuple[str, str], ThinnedRows] = {}

    def add(self, measurement: Measurement) -> None:
        """Add a measurement; one with a problem counts nowhere."""
        if measurement.problem is not None:
            return
        self._count[measurement.method] += 1
        for key, value in measurement.values.items():
            self._values.setdefault((measurement.method, key), array("d")).append(value)
        for group, row in measurement.features.items():
            self._features.setdefault((measurement.method, group), ThinnedRows()).add(row)

    def rows(self) -> list[TableRow]:
        """Return a row for each method, in order, also for those without a photo."""
        return [TableRow(method, n, dict(self._cells(method, n))) for method, n in self._count.items()]

    def _cells(self, method: str, n: int) -> list[tuple[str, TableCell]]:
        cells = {key: mean_with_interval(values) for (name, key), values in self._values.items() if name == method}
        if n and self._liked is not None:
            cells |= self._distances(method, self._liked)
        return [(key, cells[key]) for key in METRICS if key in cells]

    def _distances(self, method: str, liked: Mapping[str, FeatureRows]) -> dict[str, TableCell]:
        tones, n = self._features[method, TONES].rows(), self._count[method]
        cells = {}
        for key, distance in (("tone", tone_distance), ("colour", colour_distance)):
            error = bootstrap_error(distance, tones, liked[TONES])
            cells[key] = _with_error(distance(tones, liked[TONES]), error, n)
        if VGG_FEATURES in liked and min(n, len(liked[VGG_FEATURES])) >= _KID_MIN_PHOTOS:
            rows = self._features[method, VGG_FEATURES].rows()
            cells["kid"] = _with_error(*kernel_distance(rows, liked[VGG_FEATURES]), n)
        return cells


class ThinnedRows:
    """Feature rows in bounded memory: all of them, or every second, every fourth, … where they exceed `max_rows`."""

    def __init__(self, max_rows: int = 2 * KID_MAX_PHOTOS) -> None:
        self._max_rows = max_rows
        self._stride = 1
        self._seen = 0
        self._rows: list[NDArray[np.float16]] = []

    def add(self, row: Values) -> None:
        if self._seen % self._stride == 0:
            self._rows.append(row.astype(np.float16))
        self._seen += 1
        if len(self._rows) > self._max_rows:
            self._rows, self._stride = self._rows[::2], 2 * self._stride

    def rows(self) -> FeatureRows:
        """Return what is kept, of shape (rows, d)."""
        return np.stack(self._rows).astype(np.float32)


def mean_with_interval(values: Sequence[float]) -> TableCell:
    """Return the mean of at least one value and its 95 % confidence interval.

    The interval is the percentile bootstrap's, widened by the ratio of Student's and the normal quantile: with few
    values, bootstrap intervals are too narrow (Hesterberg, 2015).
    """
    from scipy.stats import bootstrap, norm, t

    sample = np.asarray(values, np.float64)
    mean, n = float(sample.mean()), len(sample)
    if n == 1:
        return TableCell(mean, math.nan, math.nan, n)
    if np.ptp(sample) == 0:
        return TableCell(mean, mean, mean, n)
    interval = bootstrap(
        (sample,),
        np.mean,
        n_resamples=_BOOTSTRAP_RESAMPLES,
        batch=max(1, 1_000_000 // n),
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    tail = (1 - CONFIDENCE) / 2
    wider = float(t.isf(tail, n - 1) / norm.isf(tail) * math.sqrt(n / (n - 1)))
    return TableCell(mean, mean - wider * (mean - float(interval.low)), mean + wider * (float(interval.high) - mean), n)


def _with_error(distance: float, error: float, n: int) -> TableCell:
    """Return a distance with the interval of a normal distribution. error: standard error; NaN where unknown."""
    half = _NORMAL_QUANTILE * error
    return TableCell(distance, distance - half, distance + half, n)
