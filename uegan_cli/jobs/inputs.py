"""Which photos the user means: files, folders, globs, lists."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ..errors import NoInputError, PhotoError, UsageError
from ..photo.suffixes import format_by_name, raws_with_photos

STDIN = "-"


@dataclass(frozen=True)
class Input:
    """A photo to enhance.

    relative: its place below the folder that was named, or its name. problem: why there is no looking into it, for a
    folder that cannot be read.
    """

    path: Path
    relative: Path
    problem: str | None = None


@dataclass(frozen=True)
class Found:
    """photos: each once, in the order in which they were named. empty: folders and globs that led to none."""

    photos: list[Input]
    empty: list[str]


def find_inputs(
    arguments: Sequence[str],
    listed: Sequence[str] = (),
    *,
    recursive: bool = False,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Found:
    """The photos that are meant by the arguments and, letter by letter, by the names of a list.

    A file that was named is taken whatever it is called, there or not; folders are searched for photo names. include,
    exclude: patterns for the name or the relative path. Raises NoInputError where nothing is left.
    """
    if "" in arguments:
        raise UsageError("a photo's name is empty; is a variable of the shell not set?")
    named = [(argument, list(_named(argument, recursive))) for argument in arguments]
    named += [(name, list(_listed(name, recursive))) for name in listed]
    found = [photo for _, photos in named for photo in photos]
    kept = [photo for photo in found if _wanted(photo, include, exclude)]
    unique = list({os.path.realpath(photo.path): photo for photo in reversed(kept)}.values())[::-1]
    if not unique:
        raise NoInputError(_nothing([name for name, _ in named], recursive, bool(found)))
    if not any(_may_be_there(photo.path) for photo in unique):
        raise NoInputError(f"{unique[0].path}: there is no such photo")
    return Found(unique, [name for name, photos in named if not photos])


def read_list(source: str, null: bool) -> list[str]:
    """File names from a list, one a line or, with `null`, each ended by a zero byte. `-` is standard input."""
    try:
        data = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"{source}: the list cannot be read ({error.strerror or error})") from error
    if b"\0" in data and not null:
        raise UsageError(f"{source}: the list's names end in zero bytes; add -0")
    names = data.split(b"\0") if null else data.splitlines()
    return [os.fsdecode(name) for name in names if name]


def photos_in(folders: Iterable[Path]) -> list[Path]:
    """All photos in folders and their subfolders, for learning; of a raw and a photo of it, the photo.

    Raises NoInputError for a folder that is not there.
    """
    photos = []
    for folder in folders:
        if not folder.is_dir():
            raise NoInputError(f"{folder}: there is no such folder")
        found = [photo.path for photo in _in_folder(folder, recursive=True) if photo.problem is None]
        pairs = raws_with_photos(found)
        photos += [path for path in found if path not in pairs]
    return photos


def enhanced_with(inputs: Sequence[Input]) -> dict[Path, str]:
    """The style of every photo that is a result of uegan."""
    from ..photo.provenance import read_mark

    styles = {}
    for photo in inputs:
        try:
            mark = read_mark(photo.path)
        except PhotoError:
            # Reading the photo will say what is wrong with it.
            continue
        if mark is not None:
            styles[photo.path] = mark.style
    return styles


def _named(argument: str, recursive: bool) -> Iterator[Input]:
    path = os.path.expanduser(argument)
    if _may_be_there(Path(path)) or not glob.has_magic(argument):
        yield from _listed(path, recursive)
    else:
        for name in sorted(glob.glob(path, recursive=True)):
            if not os.path.isdir(name):
                yield Input(Path(name), Path(os.path.basename(name)))


def _listed(name: str, recursive: bool) -> Iterator[Input]:
    path = Path(name)
    if os.path.isdir(path):
        yield from _in_folder(path, recursive)
    else:
        yield Input(path, Path(path.name))


def _in_folder(folder: Path, recursive: bool) -> Iterator[Input]:
    closed: list[OSError] = []
    for parent, subfolders, names in os.walk(folder, onerror=closed.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".")) if recursive else []
        for name in sorted(names):
            if format_by_name(name) and not name.startswith("."):
                path = Path(parent, name)
                yield Input(path, path.relative_to(folder))
    for error in closed:
        path = Path(error.filename)
        yield Input(path, path.relative_to(folder), f"this folder cannot be searched ({error.strerror})")


def _may_be_there(path: Path) -> bool:
    """Whether there is a file, or something that keeps us from seeing it, of which reading it will tell."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


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
