"""Valid names of styles, and the file of each. Completion calls this on every Tab: nothing slow is imported."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from ..errors import StyleError
from ..paths import styles_dir

SUFFIX = ".safetensors"
BUILT_IN = "natural"
_BUILT_IN_FILE = Path(__file__).with_name(f"{BUILT_IN}{SUFFIX}")

_RULE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Windows opens these as devices, with any suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def check_name(name: str) -> str:
    """Return the name. Raises StyleError for one that is no safe file name."""
    if not _RULE.fullmatch(name) or _DEVICES.fullmatch(name):
        raise StyleError(
            f"{name!r} is not a valid style name: use up to 64 of a-z, 0-9, '.', '_' and '-', a letter or digit first"
        )
    return name


def cached(name: str) -> Path:
    """Return the path of the user's own style of this name, whether it exists or not."""
    return styles_dir() / f"{check_name(name)}{SUFFIX}"


def find(name: str) -> Path:
    """Return the file of the style called `name`: the user's own, else the built-in one.

    Raises StyleError with the nearest existing name where there is none.
    """
    path = cached(name)
    if path.is_file():
        return path
    if name == BUILT_IN and has_built_in():
        return _BUILT_IN_FILE
    near = difflib.get_close_matches(name, installed(), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else "`uegan styles list` lists all"
    raise StyleError(f"no style called {name!r}; {hint}")


def installed() -> list[str]:
    """Return all names that `find` knows, sorted."""
    names = {path.stem for path in styles_dir().glob(f"*{SUFFIX}") if _RULE.fullmatch(path.stem)}
    if has_built_in():
        names.add(BUILT_IN)
    return sorted(names)


def has_built_in() -> bool:
    return _BUILT_IN_FILE.is_file()


def is_built_in(path: Path) -> bool:
    return path == _BUILT_IN_FILE


def looks_like_a_file(name_or_path: str) -> bool:
    """Tell whether a style was given as a file: no name contains a separator or ends like a style file."""
    return bool({"/", "\\"} & set(name_or_path)) or name_or_path.endswith((SUFFIX, ".pth", ".pt"))
