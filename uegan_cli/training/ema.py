"""The exponential moving average (EMA) of the generator's weights, which is the result of a run. Not in the paper."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ..styles.stored_names import load_stored_weights, stored_weights


class EMA:
    """The average of a network's weights over the steps, in a copy of the network, `network`."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average towards `network`. The decay is lower at first, so that the start is soon forgotten."""
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 10))
        averages: list[Tensor] = list(self.network.parameters())
        weights: list[Tensor] = list(network.parameters())
        torch._foreach_lerp_(averages, weights, 1 - decay)

    def state_dict(self) -> dict[str, Any]:
        """Return the average, under stored names, and the number of updates."""
        return {"network": stored_weights(self.network), "updates": self.updates}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a `state_dict`. Raises RuntimeError if it is of another network."""
        load_stored_weights(self.network, state["network"])
        self.updates = int(state["updates"])
