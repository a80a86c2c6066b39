"""The losses of section III-C, one file for each equation."""

from __future__ import annotations

from typing import Literal

LossForms = Literal["reference", "paper"]
"""The forms of the losses: as in the authors' code, or as the paper writes them."""
