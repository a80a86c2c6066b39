"""Closed forms of which one knows what they do."""

from __future__ import annotations

from torch import Tensor

from uegan_cli.look.look import ClosedForm


def closed_form_weights(
    weight: Tensor | None = None, bias: Tensor | None = None, pull: Tensor | None = None, middle: Tensor | None = None
) -> dict[str, Tensor]:
    """Those of the identity, but for what is given."""
    given = {"transport.weight": weight, "transport.bias": bias, "levels.pull": pull, "levels.middle": middle}
    return {**ClosedForm().state_dict(), **{name: value for name, value in given.items() if value is not None}}
