"""How threads wait for each other. No torch in here: it has to be settled before torch is loaded."""

from __future__ import annotations

import os


def prepare_environment() -> None:
    """Make OpenMP's threads sleep at barriers instead of spinning; call it before torch is imported.

    A spinning thread holds the core that the thread it waits for needs, as soon as another program runs; see
    `docs/measurements.md`. What the user has set stays as it is.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
