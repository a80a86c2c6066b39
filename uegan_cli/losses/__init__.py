"""The losses of section III-C, and one of this program's own.

quality      the relativistic average hinge of generator and discriminator, eqs. 5 and 6
fidelity     enhanced photos keep the content of the raw ones, eq. 7
identity     liked photos stay as they are, eq. 8
undo         degraded copies of liked photos are brought back; not in the paper
features     the VGG whose feature maps fidelity compares
vgg_weights  its weights: loaded from a file or downloaded
fast         a fast kernel, beside the plain form it replaces

Eq. 9, the weighted sum, is part of the training step (training/step.py).
"""

from __future__ import annotations

from typing import Literal

LossForms = Literal["reference", "paper"]
"""The forms of the losses: as in the authors' code, or as the paper writes them."""
