"""Write the generated pages of `docs/reference` into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from typer.main import get_command

from ..app import app
from .outline import read_outline
from .pages import PAGES

if __name__ == "__main__":
    for name, render in PAGES.items():
        Path(sys.argv[1], name).write_text(render(read_outline(get_command(app))), encoding="utf-8")  # type: ignore[arg-type]
