"""Training with little effort, for tests that judge everything but how well it learns."""

from __future__ import annotations

import importlib

import pytest

_LIMITS = {
    ("uegan_cli.look_fitting.colour_map_fit", "MAX_ITERATIONS"): 20,
    ("uegan_cli.look_fitting.colour_map_fit", "PRIOR_LOOKS"): 40,
    ("uegan_cli.training.estimate", "MAX_REPEATS"): 1,
    ("uegan_cli.training.start", "MAX_JUDGED_PHOTOS"): 2,
}

CODE = "\n".join(f"import {module}; {module}.{name} = {value}" for (module, name), value in _LIMITS.items())
"""Limits the effort in another process."""


def limit_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit the effort in this process, until the test ends."""
    for (module, name), value in _LIMITS.items():
        monkeypatch.setattr(importlib.import_module(module), name, value)
