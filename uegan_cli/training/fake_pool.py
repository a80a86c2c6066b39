"""What a training run remembers besides its networks: earlier fakes, and the average of the generator's weights."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ..styles.stored_names import load_stored_weights, stored_weights


class FakePool:
    """The last enhanced photos. Half of the time D sees one of them instead of a fresh one, so as not to forget."""

    def __init__(self, capacity: int, seed: int) -> None:
        self.capacity = capacity
        self.photos: list[Tensor] = []
        self.rng = torch.Generator().manual_seed(seed)

    def exchange(self, enhanced: Tensor) -> Tensor:
        """N x 3 x H x W, fresh -> as many for D, some of them from earlier steps."""
        if self.capacity == 0:
            return enhanced
        return torch.stack([self._exchange_one(photo) for photo in enhanced])

    def _exchange_one(self, photo: Tensor) -> Tensor:
        if len(self.photos) < self.capacity:
            self.photos.append(photo.clone())
            return photo
        coin, place = torch.rand(2, generator=self.rng).tolist()
        if coin < 0.5:
            return photo
        index = int(place * self.capacity)
        old, self.photos[index] = self.photos[index], photo.clone()
        return old

    def state_dict(self) -> dict[str, Any]:
        return {"photos": list(self.photos), "rng": self.rng.get_state()}

    def load_state_dict(self, state: dict[str, Any], device: torch.device | None = None) -> None:
        self.photos = [photo.to(device=device) for photo in state["photos"]]
        self.rng.set_state(state["rng"])


class Average:
    """The exponential moving average of a network's weights; its copy `network` is the result of a training run."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move towards `network`. Early on the average is short, so that it does not hang on to the start."""
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 10))
        averages: list[Tensor] = list(self.network.parameters())
        weights: list[Tensor] = list(network.parameters())
        torch._foreach_lerp_(averages, weights, 1 - decay)

    def state_dict(self) -> dict[str, Any]:
        return {"network": stored_weights(self.network), "updates": self.updates}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        load_stored_weights(self.network, state["network"])
        self.updates = int(state["updates"])
