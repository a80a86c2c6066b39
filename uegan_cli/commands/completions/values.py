"""What completes a word on the command line: `uegan __complete styles`. Nothing heavy is loaded: a key was pressed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator


def styles() -> Iterator[str]:
    """All styles there are."""
    from ...styles.names import installed

    yield from installed()


def devices() -> Iterator[str]:
    """What --device may be here, as far as the system tells without torch."""
    yield from ("auto", "cpu")
    if sys.platform == "darwin":
        yield "mps"
    driver = shutil.which("nvidia-smi")
    if driver is not None:
        listed = subprocess.run([driver, "-L"], capture_output=True, text=True, timeout=5, check=False).stdout
        yield from (f"cuda:{number}" for number in re.findall(r"^GPU (\d+):", listed, re.MULTILINE))


WORDS: dict[str, Callable[[], Iterator[str]]] = {"styles": styles, "devices": devices}


def tell(kind: str) -> None:
    """One word a line; nothing where something is wrong, for nobody asked to be told of it."""
    try:
        for word in WORDS.get(kind, tuple)():
            print(word)
    except Exception:
        return
