"""Find the photos that the user means: files, folders, globs and lists."""

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
class InputPhoto:
    """A photo to work on.

    relative: its path below the folder that was named, or its name. problem: why it cannot be searched, for a folder
    that cannot be read.
    """

    path: Path
    relative: Path
    problem: str | None = None


@dataclass(frozen=True)
class FoundPhotos:
    """photos: each once, in the order in which they were named. empty: folders and globs without a photo."""

    photos: list[InputPhoto]
    empty: list[str]


def find_inputs(
    arguments: Sequence[str],
    listed: Sequence[str] = (),
    *,
    recursive: bool = False,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> FoundPhotos:
    """Find the photos named by arguments, which may be globs, and by the entries of a list, which are literal.

    A file that is named is taken whatever its suffix, even if it does not exist; folders are searched for photos by
    suffix. include, exclude: patterns for the name or the relative path. Raises NoInputError if nothing is left.
    """
    if "" in arguments:
        raise UsageError("a photo's name is empty; is a shell variable unset?")
    named = [(argument, list(_expand_argument(argument, recursive))) for argument in arguments]
    named += [(name, list(_expand_name(name, recursive))) for name in listed]
    found = [photo for _, photos in named for photo in photos]
    selected = [photo for photo in found if _is_selected(photo, include, exclude)]
    unique = list({os.path.realpath(photo.path): photo for photo in reversed(selected)}.values())[::-1]
    if not unique:
        raise NoInputError(_no_photos_message([name for name, _ in named], recursive, bool(found)))
    if not any(_may_exist(photo.path) for photo in unique):
        raise NoInputError(f"{unique[0].path}: no such file or folder")
    return FoundPhotos(unique, [name for name, photos in named if not photos])


def read_list(source: str, null: bool) -> list[str]:
    """Return the file names in a list, one a line, or each ended by a zero byte if `null`. `-` is standard input."""
    try:
        data = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"{source}: cannot read the list ({error.strerror or error})") from error
    if b"\0" in data and not null:
        raise UsageError(f"{source}: names in this list end in zero bytes; add -0")
    names = data.split(b"\0") if null else data.splitlines()
    return [os.fsdecode(name) for name in names if name]


def photos_in(folders: Iterable[Path]) -> list[Path]:
    """Return all photos in folders and their subfolders; a raw that shares its name with another photo is left out.

    Raises NoInputError if a folder does not exist.
    """
    photos = []
    for folder in folders:
        if not folder.is_dir():
            raise NoInputError(f"{folder}: no such folder")
        found = [photo.path for photo in _search_folder(folder, recursive=True) if photo.problem is None]
        raws = raws_with_photos(found)
        photos += [path for path in found if path not in raws]
    return photos


def find_enhanced(inputs: Sequence[InputPhoto]) -> dict[Path, str]:
    """Return the inputs that are results of uegan themselves, each with the style in its mark."""
    from ..photo.provenance import read_mark

    styles = {}
    for photo in inputs:
        try:
            mark = read_mark(photo.path)
        except PhotoError:
            # Reading the photo later will report the problem.
            continue
        if mark is not None:
            styles[photo.path] = mark.style
    return styles


def _expand_argument(argument: str, recursive: bool) -> Iterator[InputPhoto]:
    path = os.path.expanduser(argument)
    if _may_exist(Path(path)) or not glob.has_magic(argument):
        yield from _expand_name(path, recursive)
    else:
        for name in sorted(glob.glob(path, recursive=True)):
            if not os.path.isdir(name):
                yield InputPhoto(Path(name), Path(os.path.basename(name)))


def _expand_name(name: str, recursive: bool) -> Iterator[InputPhoto]:
    path = Path(name)
    if os.path.isdir(path):
        yield from _search_folder(path, recursive)
    else:
        yield InputPhoto(path, Path(path.name))


def _search_folder(folder: Path, recursive: bool) -> Iterator[InputPhoto]:
    errors: list[OSError] = []
    for parent, subfolders, names in os.walk(folder, onerror=errors.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".")) if recursive else []
        for name in sorted(names):
            if format_by_name(name) and not name.startswith("."):
                path = Path(parent, name)
                yield InputPhoto(path, path.relative_to(folder))
    for error in errors:
        path = Path(error.filename)
        yield InputPhoto(path, path.relative_to(folder), f"cannot read this folder ({error.strerror})")


def _may_exist(path: Path) -> bool:
    """Return False only if the file certainly does not exist: reading it reports any other problem."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _is_selected(photo: InputPhoto, include: Sequence[str], exclude: Sequence[str]) -> bool:
    names = (photo.relative.as_posix(), photo.relative.name)
    included = not include or any(fnmatch(name, pattern) for name in names for pattern in include)
    return included and not any(fnmatch(name, pattern) for name in names for pattern in exclude)


def _no_photos_message(arguments: Sequence[str], recursive: bool, filtered: bool) -> str:
    if not arguments:
        return "no photos given; name files or folders, or use --files-from"
    if filtered:
        return "--include and --exclude leave no photos"
    hint = "" if recursive or not any(map(os.path.isdir, arguments)) else "; -r searches subfolders"
    return f"{' '.join(arguments[:3])}{' …' * (len(arguments) > 3)}: no photos here{hint}"
