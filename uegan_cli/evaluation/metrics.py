"""The metrics of a comparison: key, column heading, meaning, and which direction is better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A column of the table. digits: decimals shown. better: None where neither direction is better as such."""

    key: str
    title: str
    meaning: str
    digits: int
    better: Literal["higher", "lower"] | None


_SMALLER = "smaller results are compared at their own size, which favours them"

METRICS = {
    metric.key: metric
    for metric in (
        Metric("psnr", "PSNR", "signal-to-noise ratio to the reference, in dB; at most 100", 2, "higher"),
        Metric("ssim", "SSIM", "structural similarity to the reference; at most 1", 4, "higher"),
        Metric("delta_e", "ΔE", "colour difference from the reference (CIEDE2000)", 2, "lower"),
        Metric("nima", "NIMA", "predicted mean score by people, 1 to 10", 2, "higher"),
        Metric("kid", "KID", "kernel distance to the liked photos in VGG features", 3, "lower"),
        Metric("tone", "tone", "Wasserstein distance to the liked photos in lightness, L*", 2, "lower"),
        Metric("colour", "colour", "Wasserstein distance to the liked photos in colour, a*b*", 2, "lower"),
        Metric("change", "change", "colour difference from the input (CIEDE2000)", 2, None),
        Metric("fidelity", "fidelity", "structural similarity to the input; at most 1", 4, None),
        Metric("size", "size", f"side length, as a fraction of the input's; {_SMALLER}", 2, None),
    )
}
"""All metrics by key, in the order of the table's columns."""


def json_number(value: float) -> float | None:
    """Return the value, or None for NaN and infinity, which JSON cannot hold."""
    return value if math.isfinite(value) else None
