"""What is said of pictures: the columns of the table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """A column. better: what is better; None where it depends."""

    key: str
    title: str
    meaning: str
    digits: int
    better: Literal["higher", "lower"] | None


MEASURES = {
    measure.key: measure
    for measure in (
        Measure("psnr", "PSNR", "likeness to the reference, in dB, at most 100", 2, "higher"),
        Measure("ssim", "SSIM", "likeness of structure to the reference, at most 1", 4, "higher"),
        Measure("delta_e", "ΔE", "difference in colour from the reference, CIEDE2000", 2, "lower"),
        Measure("nima", "NIMA", "how people would score it, 1 to 10", 2, "higher"),
        Measure("kid", "KID", "distance from the liked photos in what a VGG sees", 3, "lower"),
        Measure("tone", "tone", "Wasserstein distance from the liked photos' lightness, in L*", 2, "lower"),
        Measure("colour", "colour", "Wasserstein distance from the liked photos' colours, in a*b*", 2, "lower"),
        Measure("change", "change", "difference in colour from the input, CIEDE2000", 2, None),
        Measure("fidelity", "fidelity", "likeness of structure to the input, at most 1", 4, None),
        Measure(
            "size", "size", "of the input's size; smaller ones are compared at theirs, which is kind to them", 2, None
        ),
    )
}
"""In the order of the table."""


def finite(value: float) -> float | None:
    """For JSON, which knows no infinity."""
    return value if math.isfinite(value) else None
