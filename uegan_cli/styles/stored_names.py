"""The names that tensors have in style files and checkpoints.

They were fixed when the first styles were written, and the hash of a style depends on them. The networks use the names
of today; this is the one place where both meet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor, nn

_STORED = {
    "exposure_balance": "levels",
    "adaptive_colour_map": "photo_transport",
    "local_contrast": "local_contrast",
    "colour_map": "transport",
}
_NAME = re.compile(r"(?P<part>(?:parts\.\d+\.)*)(?:generator\.|(?:look\.)?(?P<layer>" + "|".join(_STORED) + r")\.)?")


def stored_name(name: str) -> str:
    """Return the stored name of a tensor in the state dict of a network.

    >>> stored_name("parts.1.look.colour_map.bias"), stored_name("generator.encoder.0.weight")
    ('parts.1.transport.bias', 'encoder.0.weight')
    """
    found = _NAME.match(name)
    assert found is not None
    layer = found["layer"]
    return found["part"] + (f"{_STORED[layer]}." if layer else "") + name[found.end() :]


def stored_weights(network: nn.Module) -> dict[str, Tensor]:
    """Return the state dict of a network under its stored names."""
    return {stored_name(name): tensor for name, tensor in network.state_dict().items()}


def load_stored_weights(network: nn.Module, weights: Mapping[str, Tensor], *, strict: bool = True) -> None:
    """Load weights under stored names into a network.

    strict: every tensor of the network must be given and no other. Raises RuntimeError where weights do not fit.
    """
    names = {stored_name(name): name for name in network.state_dict()}
    network.load_state_dict({names.get(stored, stored): tensor for stored, tensor in weights.items()}, strict=strict)
