"""Where the photos of a job are, and where they go: a folder, or any URL that fsspec knows."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from ..errors import NoInputError, OutputError, PhotoError, UsageError
from ..photo.atomic import replacing

PRIVATE = ".uegan"
"""The folder in a destination that is the job's own."""

UNFINISHED = ".uegan-*.tmp"


@dataclass(frozen=True)
class Found:
    """A file in a place. relative: its name there, with slashes. version: changes whenever the file does."""

    relative: str
    size: int
    version: str


class Place(Protocol):
    """Files under a root; picklable. All names are relative to it, with slashes."""

    @property
    def shared(self) -> bool:
        """Whether other processes see the same files there."""

    def __str__(self) -> str: ...

    def walk(self, problems: list[str]) -> Iterator[Found]:
        """All files, in order; nothing hidden, nor below anything hidden. problems: folders that cannot be searched."""

    def look(self, relative: str) -> Found | None:
        """None where there is no such file."""

    def listing(self) -> Container[str]:
        """The names of all files there, for asking of many."""

    @contextmanager
    def at_hand(self, relative: str) -> Iterator[Path]:
        """The file, to be read. Raises PhotoError."""

    @contextmanager
    def taking(self, relative: str) -> Iterator[Path]:
        """Where to write a file that is to be here, whole, when the block ends. Raises OutputError."""

    def clear(self) -> None:
        """Take away what killed processes have left unfinished."""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine, or one that machines share."""

    root: Path
    shared = True

    def __str__(self) -> str:
        return str(self.root)

    def walk(self, problems: list[str]) -> Iterator[Found]:
        def closed(error: OSError) -> None:
            problems.append(f"{error.filename}: this folder cannot be searched ({error.strerror})")

        for parent, below, names in os.walk(self.root, onerror=closed):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith("."):
                    path = os.path.join(parent, name)
                    found = self.look(os.path.relpath(path, self.root).replace(os.sep, "/"))
                    if found is not None:
                        yield found

    def listing(self) -> Container[str]:
        return _Names(self.root)

    def look(self, relative: str) -> Found | None:
        try:
            found = os.stat(self.root / relative)
        except OSError:
            return None
        return Found(relative, found.st_size, str(found.st_mtime_ns))

    @contextmanager
    def at_hand(self, relative: str) -> Iterator[Path]:
        yield self.root / relative

    @contextmanager
    def taking(self, relative: str) -> Iterator[Path]:
        path = self.root / relative
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path.parent}: this folder cannot be made ({error.strerror or error})") from error
        yield path

    def clear(self) -> None:
        for parent, _, _ in os.walk(self.root):
            for leftover in Path(parent).glob(UNFINISHED):
                with contextlib.suppress(OSError):
                    leftover.unlink()


@dataclass(frozen=True)
class Remote:
    """A place behind a URL. Files are fetched to read them, and sent when they are whole."""

    url: str

    def __str__(self) -> str:
        return self.url

    @property
    def shared(self) -> bool:
        return not self.url.startswith("memory:")

    @cached_property
    def _system(self) -> tuple[Any, str]:
        return _opened(self.url)

    def walk(self, problems: list[str]) -> Iterator[Found]:
        system, root = self._system
        with _telling(self.url, NoInputError):
            details = system.find(root, detail=True)
        for path, info in sorted(details.items()):
            relative = _below(path, root)
            if not any(part.startswith(".") for part in PurePosixPath(relative).parts):
                yield _found(relative, info)

    def listing(self) -> Container[str]:
        system, root = self._system
        with _telling(self.url, NoInputError):
            return {_below(path, root) for path in system.find(root)}

    def look(self, relative: str) -> Found | None:
        system, root = self._system
        try:
            system.invalidate_cache()
            return _found(relative, system.info(f"{root}/{relative}"))
        except OSError:
            return None

    @contextmanager
    def at_hand(self, relative: str) -> Iterator[Path]:
        system, root = self._system
        with tempfile.TemporaryDirectory(prefix="uegan-") as folder:
            path = Path(folder, PurePosixPath(relative).name)
            with _telling(f"{self.url}/{relative}", PhotoError):
                system.get_file(f"{root}/{relative}", str(path))
            yield path

    @contextmanager
    def taking(self, relative: str) -> Iterator[Path]:
        system, root = self._system
        with tempfile.TemporaryDirectory(prefix="uegan-") as folder:
            path = Path(folder, PurePosixPath(relative).name)
            yield path
            if path.exists():
                with _telling(f"{self.url}/{relative}", OutputError):
                    _send(system, path, f"{root}/{relative}")

    def clear(self) -> None:
        system, root = self._system
        with contextlib.suppress(OSError):
            for path in system.glob(f"{root}/**/{UNFINISHED}"):
                system.rm_file(path)


def place(name: str) -> Place:
    """The place of a folder's name or a URL. Raises UsageError for a URL that cannot be used."""
    if re.match(r"[a-z][a-z0-9+.-]+://", name) is None:
        return Folder(Path(name).expanduser())
    if name.startswith("file://"):
        return Folder(Path(_opened(name)[1]))
    _opened(name)
    return Remote(name.rstrip("/"))


def copy(source: Place, relative: str, destination: Place, output: str) -> None:
    """The file as it is, with its times. Raises PhotoError, OutputError."""
    with source.at_hand(relative) as path, destination.taking(output) as target:
        try:
            with open(path, "rb") as file:
                found = os.fstat(file.fileno())
                with replacing(target, (found.st_atime_ns, found.st_mtime_ns)) as new:
                    shutil.copyfileobj(file, new)
        except OSError as error:
            raise PhotoError(f"{path}: cannot be read ({error.strerror or error})") from error


class _Names:
    """Asks the file system, name by name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __contains__(self, relative: object) -> bool:
        return os.path.lexists(self._root / str(relative))


def _opened(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    try:
        system, root = url_to_fs(url)
    except ImportError as error:
        raise UsageError(f"{url}: {error}") from error
    except (ValueError, OSError) as error:
        raise UsageError(f"{url}: cannot be used ({error})") from error
    return system, str(root).rstrip("/")


def _below(path: str, root: str) -> str:
    return path[len(root) :].lstrip("/")


def _found(relative: str, info: dict[str, Any]) -> Found:
    told = ("ETag", "etag", "md5", "mtime", "LastModified", "last_modified", "updated", "created")
    version = next((info[name] for name in told if info.get(name) is not None), "")
    # One and the same system tells a time as a number here and as a date there.
    version = version.timestamp() if isinstance(version, datetime) else version
    return Found(relative, int(info.get("size") or 0), str(version))


def _send(system: Any, path: Path, target: str) -> None:
    """Under a name of its own first, where a file could be seen while it is written."""
    parent, name = target.rsplit("/", 1)
    protocols = {system.protocol} if isinstance(system.protocol, str) else set(system.protocol)
    if protocols & {"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"}:
        system.put_file(str(path), target)
        return
    system.makedirs(parent, exist_ok=True)
    unfinished = f"{parent}/.uegan-{os.getpid()}-{name}.tmp"
    system.put_file(str(path), unfinished)
    system.mv(unfinished, target)


@contextmanager
def _telling(name: str, kind: type[PhotoError] | type[OutputError] | type[NoInputError]) -> Iterator[None]:
    """Whatever a remote system says becomes one line."""
    try:
        yield
    except kind:
        raise
    except Exception as error:
        raise kind(f"{name}: {' '.join(str(error).split()) or type(error).__name__}") from error
