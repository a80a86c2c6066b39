"""Looks whose effect is known."""

from __future__ import annotations

from torch import Tensor

from uegan_cli.look.look import FittedLook
from uegan_cli.styles.stored_names import stored_weights


def look_weights(
    weight: Tensor | None = None, bias: Tensor | None = None, pull: Tensor | None = None, middle: Tensor | None = None
) -> dict[str, Tensor]:
    """Return the stored weights of the identity, except for those that are given."""
    given = {"transport.weight": weight, "transport.bias": bias, "levels.pull": pull, "levels.middle": middle}
    return {**stored_weights(FittedLook()), **{name: value for name, value in given.items() if value is not None}}
