"""The card of a style: its author, data, recipe and metrics. It travels inside the style file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .. import __version__
from ..errors import StyleError


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Card:
    """Author, data, recipe and metrics of a style. All fields are optional; an unknown licence stays empty.

    data: the training data, such as `{"liked": 120, "raw": 340}`; never names of the user's files.
    recipe: the options of training; `command` is the one command that repeats it.
    metrics: measurements on held-out photos.
    created: ISO 8601, UTC. uegan: the version that made the style.
    """

    author: str = ""
    description: str = ""
    licence: str = ""
    command: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=_now)
    uegan: str = __version__

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Card:
        """Read a card. Raises StyleError for a field of the wrong type; fields of later versions are ignored."""
        if not isinstance(data, dict):
            raise StyleError("the card is not a JSON object")
        kinds = {f.name: dict if str(f.type).startswith("Mapping") else str for f in dataclasses.fields(cls)}
        known = {name: value for name, value in data.items() if name in kinds}
        wrong = [name for name, value in known.items() if not isinstance(value, kinds[name])]
        if wrong:
            raise StyleError(f"the field {wrong[0]!r} of the card is not a {kinds[wrong[0]].__name__}")
        return cls(**{"created": "", "uegan": ""} | known)
