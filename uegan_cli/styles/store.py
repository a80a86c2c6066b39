"""The style cache: styles under names in the user's folder.

Every change is made under one lock, by renaming a complete file; a full disk or a killed process leaves the previous
state. Reading needs no lock: a name always refers to a complete file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ..errors import OutputError, StyleError
from ..paths import styles_dir
from . import names
from .header import Header, read_header

if TYPE_CHECKING:
    from .file import Style

# `file` imports torch, which takes seconds; functions that only need names and headers do without it.

_LOCK_SECONDS = 60.0
_UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Entry:
    """A style in the cache. header: None if the file is damaged; `problem` then says why."""

    name: str
    path: Path
    built_in: bool
    size: int
    header: Header | None
    problem: str | None = None


def locate(name_or_path: str | Path) -> Path:
    """Return the file that a name or a path refers to. Raises StyleError."""
    given = str(name_or_path)
    if not isinstance(name_or_path, Path) and not names.looks_like_a_file(given):
        return names.find(given)
    if given.endswith((".pth", ".pt")):
        raise StyleError(
            f"{given}: a checkpoint, not a style; import it with `uegan style-create NAME --from-checkpoint {given}`"
        )
    return Path(given).expanduser()


def load_style(name_or_path: str | Path) -> Style:
    """Load the style of this name, or the style in this file. Raises StyleError.

    >>> import torch
    >>> style = load_style("natural")
    >>> with torch.no_grad():
    ...     edited = style.generator(torch.zeros(1, 3, 50, 70))  # N x 3 x H x W in [-1, 1], any size
    >>> edited.shape
    torch.Size([1, 3, 50, 70])
    """
    from .file import read_style

    return read_style(locate(name_or_path))


def entries() -> list[Entry]:
    """Return all styles, sorted by name, damaged ones included."""
    return [entry(name) for name in names.installed()]


def entry(name_or_path: str | Path) -> Entry:
    """Describe one style without loading its weights. Raises StyleError if it does not exist."""
    path = locate(name_or_path)
    header, problem = None, None
    try:
        header = read_header(path)
    except StyleError as error:
        problem = str(error)
        if not path.is_file():
            raise
    return Entry(path.stem, path, names.is_built_in(path), path.stat().st_size, header, problem)


def install(style: Style, *, overwrite: bool = False) -> Style:
    """Write a style to the cache under its name. Raises StyleError for a name that is taken, OutputError."""
    from .file import encode_style

    path = names.cached(style.name)
    data = encode_style(style)
    with _locked():
        _refuse_taken(path, overwrite)
        _write(path, data)
    return replace(style, path=path)


def import_style(file: Path, name: str | None = None, *, overwrite: bool = False) -> Style:
    """Check a style file and install it under `name`, by default its stem. Raises StyleError, OutputError."""
    from .file import read_style

    names.check_name(name or file.stem)
    return install(read_style(locate(file), name), overwrite=overwrite)


def export(name: str, destination: Path, *, overwrite: bool = False) -> Path:
    """Copy a style from the cache to a file or into a folder; return its path. Raises StyleError, OutputError."""
    source = names.find(name)
    target = destination / f"{name}{names.SUFFIX}" if destination.is_dir() else destination
    if target.exists() and not overwrite:
        raise OutputError(f"{target}: already exists; --overwrite replaces it")
    with _as_output_error(target):
        _write(target, source.read_bytes())
    return target


def write_preview(name_or_path: str | Path, target: Path) -> None:
    """Write the before/after JPEG of a style. Raises StyleError, OutputError."""
    from .preview import make_preview

    style = load_style(name_or_path)
    with _as_output_error(target):
        _write(target, style.preview or make_preview(style.generator))


def rename(old: str, new: str, *, overwrite: bool = False) -> Path:
    """Rename one of the user's styles and return its path. Raises StyleError, OutputError."""
    source, target = names.cached(old), names.cached(new)
    with _locked():
        _refuse_built_in(old, "renamed")
        _refuse_taken(target, overwrite)
        os.replace(source, target)
    return target


def remove(name: str) -> Path:
    """Remove one of the user's styles and return the path it had. Raises StyleError, OutputError."""
    path = names.cached(name)
    with _locked():
        _refuse_built_in(name, "removed")
        path.unlink()
    return path


def _refuse_taken(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise StyleError(f"a style called {path.stem!r} already exists; choose another name or add --overwrite")


def _refuse_built_in(name: str, verb: str) -> None:
    if names.is_built_in(names.find(name)):
        raise StyleError(f"the built-in style {name!r} cannot be {verb}")


@contextmanager
def _locked() -> Iterator[None]:
    """Allow one writer at a time; first remove the unfinished files of a killed one."""
    folder = styles_dir()
    with _as_output_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(folder / ".lock", timeout=_LOCK_SECONDS):
                for leftover in folder.glob(f".*{_UNFINISHED}"):
                    leftover.unlink(missing_ok=True)
                yield
        except Timeout as error:
            raise OutputError(f"{folder}: another uegan has locked the style cache for a minute; try again") from error


@contextmanager
def _as_output_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
