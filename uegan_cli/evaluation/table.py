"""Means over photos and how sure they are: the table."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import MEASURES
from .distances import MOST_FOR_KID, Rows, colour_distance, kernel_distance, spread, tone_distance
from .judging import Finding
from .measures import Values

SURE = 0.95
_RESAMPLES = 2000


@dataclass(frozen=True)
class Cell:
    """A mean over n photos, or their distance from others, and where it lies with 95 % certainty; NaN for one photo."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Row:
    """All that is known of a subject. n: photos that there is a picture of."""

    subject: str
    n: int
    cells: Mapping[str, Cell]


class Table:
    """Takes findings in, one by one; memory grows by a few numbers a photo.

    liked: what the set of liked photos is compared by, a row a photo: `tones`, and `features` where there is a VGG.
    """

    def __init__(self, subjects: Sequence[str], liked: Mapping[str, Rows] | None = None) -> None:
        self._liked = liked
        self._count = dict.fromkeys(subjects, 0)
        self._values: dict[tuple[str, str], array[float]] = {}
        self._rows: dict[tuple[str, str], Thinned] = {}

    def add(self, finding: Finding) -> None:
        if finding.problem is not None:
            return
        self._count[finding.subject] += 1
        for key, value in finding.values.items():
            self._values.setdefault((finding.subject, key), array("d")).append(value)
        for kind, row in finding.rows.items():
            self._rows.setdefault((finding.subject, kind), Thinned()).add(row)

    def rows(self) -> list[Row]:
        """Subjects in their order, those without a photo too."""
        return [Row(subject, n, dict(self._cells(subject, n))) for subject, n in self._count.items()]

    def _cells(self, subject: str, n: int) -> list[tuple[str, Cell]]:
        found = {key: mean_of(values) for (name, key), values in self._values.items() if name == subject}
        if n and self._liked is not None:
            found |= self._distances(subject, self._liked)
        return [(key, found[key]) for key in MEASURES if key in found]

    def _distances(self, subject: str, liked: Mapping[str, Rows]) -> dict[str, Cell]:
        tones, n = self._rows[subject, "tones"].rows(), self._count[subject]
        cells = {}
        for key, distance in (("tone", tone_distance), ("colour", colour_distance)):
            cells[key] = _around(distance(tones, liked["tones"]), spread(distance, tones, liked["tones"]), n)
        if "features" in liked and min(n, len(liked["features"])) > 3:
            cells["kid"] = _around(*kernel_distance(self._rows[subject, "features"].rows(), liked["features"]), n)
        return cells


class Thinned:
    """Rows of numbers: all of them, or of many every second, every fourth, … so that memory has a bound."""

    def __init__(self, most: int = 2 * MOST_FOR_KID) -> None:
        self._most = most
        self._every = 1
        self._seen = 0
        self._rows: list[NDArray[np.float16]] = []

    def add(self, row: Values) -> None:
        if self._seen % self._every == 0:
            self._rows.append(row.astype(np.float16))
        self._seen += 1
        if len(self._rows) > self._most:
            self._rows, self._every = self._rows[::2], 2 * self._every

    def rows(self) -> Rows:
        return np.stack(self._rows).astype(np.float32)


def mean_of(values: Sequence[float]) -> Cell:
    """Over all of them: divided by n. values: one at least.

    The interval is that of the bootstrap, widened for few photos as Student's is: of few, resamples vary too little
    (Hesterberg, 2015).
    """
    from scipy.stats import bootstrap, norm, t

    found = np.asarray(values, np.float64)
    mean, n = float(found.mean()), len(found)
    if n == 1:
        return Cell(mean, math.nan, math.nan, n)
    if np.ptp(found) == 0:
        return Cell(mean, mean, mean, n)
    interval = bootstrap(
        (found,),
        np.mean,
        n_resamples=_RESAMPLES,
        batch=max(1, 1_000_000 // n),
        confidence_level=SURE,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    tail = (1 - SURE) / 2
    wider = float(t.isf(tail, n - 1) / norm.isf(tail) * math.sqrt(n / (n - 1)))
    return Cell(mean, mean - wider * (mean - float(interval.low)), mean + wider * (float(interval.high) - mean), n)


def _around(distance: float, error: float, n: int) -> Cell:
    """error: its standard error, NaN where it is not known."""
    half = 1.96 * error
    return Cell(distance, distance - half, distance + half, n)
