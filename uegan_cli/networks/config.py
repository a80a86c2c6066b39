"""The variants of the generator: the paper's, the authors' and those of Table IV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Attention = Literal["paper", "reference", "prenorm", "none"]
Modulation = Literal["feature", "pixel", "none"]


@dataclass(frozen=True)
class GeneratorConfig:
    """One variant of the UEGAN generator (section III-B).

    width: channels of the first stage.
    attention: `paper` pools means; `reference` follows the authors' code (mean and deviation, InstanceNorm after the
        fusion); `prenorm` normalises before the fusion, so that the pooled statistics keep their effect; `none` is
        Table IV's "w/o GAM".
    modulation: what the modulation module multiplies: features (MM), pixels (MM-P) or nothing (a plain U-Net skip).
    """

    width: int = 32
    attention: Attention = "reference"
    modulation: Modulation = "feature"
