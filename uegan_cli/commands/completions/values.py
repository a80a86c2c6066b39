"""The values that completion scripts ask for with `uegan __complete KIND`, at every Tab: nothing slow is imported."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator


def styles() -> Iterator[str]:
    """Yield the names of all styles."""
    from ...styles.names import installed

    yield from installed()


def devices() -> Iterator[str]:
    """Yield the values of --device on this machine, as far as the system knows them without torch."""
    yield from ("auto", "cpu")
    if sys.platform == "darwin":
        yield "mps"
    driver = shutil.which("nvidia-smi")
    if driver is not None:
        listed = subprocess.run([driver, "-L"], capture_output=True, text=True, timeout=5, check=False).stdout
        yield from (f"cuda:{number}" for number in re.findall(r"^GPU (\d+):", listed, re.MULTILINE))


VALUES: dict[str, Callable[[], Iterator[str]]] = {"styles": styles, "devices": devices}


def print_values(kind: str) -> None:
    """Print the values of a kind, one a line; no error, which would disturb the prompt."""
    try:
        for value in VALUES.get(kind, tuple)():
            print(value)
    except Exception:
        return
