"""Which photos the user means: files, folders, globs, lists."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ..errors import NoInputError, UsageError

STDIN = "-"
SUFFIXES = {"JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "PNG": (".png",)}
"""Names under which folders are searched for photos; the first of each format is given to new files."""

_PHOTOS = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)


@dataclass(frozen=True)
class Input:
    """A photo to enhance. relative: its place below the folder that was named, or its name."""

    path: Path
    relative: Path


def find_inputs(
    arguments: Sequence[str], *, recursive: bool = False, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> list[Input]:
    """The photos that the arguments name, each once, in their order.

    A file that was named is taken whatever it is called, there or not; folders are searched for photo names. include,
    exclude: patterns for the name or the relative path. Raises NoInputError where nothing is left.
    """
    found = [photo for argument in arguments for photo in _named(argument, recursive)]
    kept = [photo for photo in found if _wanted(photo, include, exclude)]
    unique = list({os.path.realpath(photo.path): photo for photo in reversed(kept)}.values())[::-1]
    if not unique:
        raise NoInputError(_nothing(arguments, recursive, bool(found)))
    if not any(photo.path.exists() for photo in unique):
        raise NoInputError(f"{unique[0].path}: there is no such photo")
    return unique


def read_list(source: str, null: bool) -> list[str]:
    """File names from a list, one a line or, with `null`, each ended by a zero byte. `-` is standard input."""
    try:
        data = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"{source}: the list cannot be read ({error.strerror or error})") from error
    names = data.split(b"\0") if null else data.splitlines()
    return [os.fsdecode(name) for name in names if name]


def photos_in(folders: Iterable[Path]) -> list[Path]:
    """All photos in folders and their subfolders, for learning. Raises NoInputError for a folder that is not there."""
    photos = []
    for folder in folders:
        if not folder.is_dir():
            raise NoInputError(f"{folder}: there is no such folder")
        photos += [photo.path for photo in _in_folder(folder, recursive=True)]
    return photos


def _named(argument: str, recursive: bool) -> Iterator[Input]:
    path = Path(argument).expanduser()
    if path.is_dir():
        yield from _in_folder(path, recursive)
    elif path.exists() or not glob.has_magic(argument):
        yield Input(path, Path(path.name))
    else:
        for name in sorted(glob.glob(str(path), recursive=True)):
            if os.path.isfile(name):
                yield Input(Path(name), Path(os.path.basename(name)))


def _in_folder(folder: Path, recursive: bool) -> Iterator[Input]:
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".")) if recursive else []
        for name in sorted(names):
            if name.lower().endswith(_PHOTOS) and not name.startswith("."):
                path = Path(parent, name)
                yield Input(path, path.relative_to(folder))


def _wanted(photo: Input, include: Sequence[str], exclude: Sequence[str]) -> bool:
    names = (photo.relative.as_posix(), photo.relative.name)
    included = not include or any(fnmatch(name, pattern) for name in names for pattern in include)
    return included and not any(fnmatch(name, pattern) for name in names for pattern in exclude)


def _nothing(arguments: Sequence[str], recursive: bool, filtered: bool) -> str:
    if not arguments:
        return "no photos were named; give files, folders or --files-from"
    if filtered:
        return "--include and --exclude leave no photo"
    hint = "" if recursive or not any(map(os.path.isdir, arguments)) else "; -r looks into subfolders"
    return f"{' '.join(arguments[:3])}{' …' * (len(arguments) > 3)}: no photos here{hint}"
