"""Pages that need nothing besides themselves: no network, no other file but those beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from ...errors import OutputError

MARK = "<!-- made by uegan -->"
"""In every page, so that a page is replaced and a file of the user's is not."""


def html(title: str, sections: Sequence[str], styles: Sequence[str], scripts: Sequence[str] = ()) -> str:
    """Return a page of `sections` (HTML). styles, scripts: CSS and JavaScript, in order; `page.css` comes first."""
    style = "\n".join((asset(__package__, "page.css"), *styles))
    script = "".join(f"<script>{text}</script>\n" for text in scripts)
    return (
        f'<!doctype html>\n{MARK}\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n<body><main>"
        + "\n".join(sections)
        + f"</main>\n{script}</body></html>\n"
    )


def data(name: str, value: Any) -> str:
    """Data for the page's script. Whatever a photo is called, it ends no element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def asset(package: str, name: str) -> str:
    """Return the text of a file in the folder `assets` of a package."""
    return resources.files(package).joinpath("assets", name).read_text("utf-8")


def check_free(page: Path) -> None:
    """Raises OutputError where a file that is no page of ours has its name."""
    if page.is_dir():
        raise OutputError(f"{page}: a folder has that name; choose another")
    if page.exists() and MARK.encode() not in page.read_bytes()[:200]:
        raise OutputError(f"{page}: exists and is no page of uegan's; choose another folder")


def write(page: Path, text: str) -> None:
    """All of the page or none of it. Raises OutputError."""
    from ...photo.atomic import replacing

    make_folder(page.parent)
    with replacing(page) as file:
        file.write(text.encode("utf-8", "replace"))


def make_folder(folder: Path) -> None:
    """Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror or error}); choose another folder") from error
