"""The style that a command applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import StyleError

if TYPE_CHECKING:
    from ...styles.store import Entry


def find_style(name: str) -> Entry:
    """Return a style by its name or file, without reading its weights. Raises StyleError."""
    from ...styles.store import entry

    found = entry(name)
    if found.header is None:
        raise StyleError(found.problem)
    return found
