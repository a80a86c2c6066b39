"""HTML pages with everything inlined: they need no network and no files but the pictures beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from ...errors import OutputError

MARK = "<!-- made by uegan -->"
"""A comment at the top of every page: a file that has it may be replaced, any other may not."""


def render_page(title: str, sections: Sequence[str], styles: Sequence[str], scripts: Sequence[str] = ()) -> str:
    """Return a page of `sections` (HTML). styles, scripts: CSS and JavaScript, in order; `page.css` comes first."""
    style = "\n".join((read_asset(__package__, "page.css"), *styles))
    script = "".join(f"<script>{text}</script>\n" for text in scripts)
    return (
        f'<!doctype html>\n{MARK}\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n<body><main>"
        + "\n".join(sections)
        + f"</main>\n{script}</body></html>\n"
    )


def json_script(name: str, value: Any) -> str:
    """Return a script element with data for the page's script, safe against a `</script>` in a photo's name.

    name: id of the element. value: anything that JSON can hold. Raises ValueError for NaN and infinities.
    """
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def read_asset(package: str, name: str) -> str:
    """Return the text of a file in the folder `assets` of a package."""
    return resources.files(package).joinpath("assets", name).read_text("utf-8")


def check_replaceable(page: Path) -> None:
    """Raise OutputError if something other than a page made by uegan has this name."""
    if page.is_dir():
        raise OutputError(f"{page}: is a folder; choose another name")
    if page.exists() and MARK.encode() not in page.read_bytes()[:200]:
        raise OutputError(f"{page}: exists and was not made by uegan; choose another folder")


def write_page(page: Path, text: str) -> None:
    """Write a page, whole or not at all, and the folder it is in. Raises OutputError."""
    from ...photo.atomic import replacing

    make_folder(page.parent)
    with replacing(page) as file:
        file.write(text.encode("utf-8", "replace"))


def make_folder(folder: Path) -> None:
    """Create a folder and its parents. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be created ({error.strerror or error}); choose another folder") from error
