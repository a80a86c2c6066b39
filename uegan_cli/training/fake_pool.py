"""The pool of earlier enhanced photos that the discriminator sees among new ones (Shrivastava et al., 2017)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class FakePool:
    """The last `capacity` enhanced photos. Half of the time one of them replaces a new one, so that D does not forget.

    The pool is filled first; until then D sees new photos alone.
    """

    def __init__(self, capacity: int, seed: int) -> None:
        self.capacity = capacity
        self.photos: list[Tensor] = []
        self.rng = torch.Generator().manual_seed(seed)

    def exchange(self, enhanced: Tensor) -> Tensor:
        """Return as many photos as the N x 3 x H x W that are given, some of them from earlier steps."""
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
        """Return everything that determines the exchanges to come."""
        return {"photos": list(self.photos), "rng": self.rng.get_state()}

    def load_state_dict(self, state: dict[str, Any], device: torch.device | None = None) -> None:
        """Restore a `state_dict`, with the photos on `device`."""
        self.photos = [photo.to(device=device) for photo in state["photos"]]
        self.rng.set_state(state["rng"])
