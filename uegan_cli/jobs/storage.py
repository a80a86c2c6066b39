"""Storage of a batch's photos and results: a local folder, or any URL that fsspec knows."""

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

PRIVATE_FOLDER = ".uegan"
"""Folder in a local destination that holds the journal and the lock."""

UNFINISHED_FILES = ".uegan-*.tmp"
"""Pattern of the names under which files are written until they are complete."""


@dataclass(frozen=True)
class StoredFile:
    """A file in a storage. relative: its name there, with slashes. size: in bytes. version: changes when it does."""

    relative: str
    size: int
    version: str


class Storage(Protocol):
    """Files under a root; picklable. All names are relative to the root, with slashes."""

    @property
    def shared(self) -> bool:
        """Whether other processes see the same files there."""

    def __str__(self) -> str: ...

    def walk(self, problems: list[str]) -> Iterator[StoredFile]:
        """Yield all files in order, without hidden files and folders.

        Folders that cannot be read are appended to `problems`. Raises NoInputError if nothing can be listed.
        """

    def stat(self, relative: str) -> StoredFile | None:
        """Return a file's state, or None if it does not exist."""

    def names(self) -> Container[str]:
        """Return the names of all files, for many membership tests. Raises NoInputError."""

    @contextmanager
    def reading(self, relative: str) -> Iterator[Path]:
        """Provide a file as a local path, for the length of the block. Raises PhotoError."""

    @contextmanager
    def writing(self, relative: str) -> Iterator[Path]:
        """Provide a local path to write to; the file is stored whole when the block ends. Raises OutputError."""

    def remove_unfinished(self) -> None:
        """Remove the unfinished files of killed processes."""


@dataclass(frozen=True)
class LocalFolder:
    """A folder of this machine, or of a file system that machines share."""

    root: Path
    shared = True

    def __str__(self) -> str:
        return str(self.root)

    def walk(self, problems: list[str]) -> Iterator[StoredFile]:
        def note_problem(error: OSError) -> None:
            problems.append(f"{error.filename}: cannot read this folder ({error.strerror})")

        for parent, below, names in os.walk(self.root, onerror=note_problem):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith("."):
                    path = os.path.join(parent, name)
                    file = self.stat(os.path.relpath(path, self.root).replace(os.sep, "/"))
                    if file is not None:
                        yield file

    def names(self) -> Container[str]:
        return _LocalNames(self.root)

    def stat(self, relative: str) -> StoredFile | None:
        try:
            status = os.stat(self.root / relative)
        except OSError:
            return None
        return StoredFile(relative, status.st_size, str(status.st_mtime_ns))

    @contextmanager
    def reading(self, relative: str) -> Iterator[Path]:
        yield self.root / relative

    @contextmanager
    def writing(self, relative: str) -> Iterator[Path]:
        path = self.root / relative
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path.parent}: cannot create this folder ({error.strerror or error})") from error
        yield path

    def remove_unfinished(self) -> None:
        for parent, _, _ in os.walk(self.root):
            for leftover in Path(parent).glob(UNFINISHED_FILES):
                with contextlib.suppress(OSError):
                    leftover.unlink()


@dataclass(frozen=True)
class RemoteFolder:
    """A folder behind a URL. Files are downloaded to be read, and uploaded once they are complete."""

    url: str

    def __str__(self) -> str:
        return self.url

    @property
    def shared(self) -> bool:
        return not self.url.startswith("memory:")

    @cached_property
    def _system(self) -> tuple[Any, str]:
        return _connect(self.url)

    def walk(self, problems: list[str]) -> Iterator[StoredFile]:
        system, root = self._system
        with _errors_as(NoInputError, self.url):
            details = system.find(root, detail=True)
        for path, info in sorted(details.items()):
            relative = _relative_to(path, root)
            if not any(part.startswith(".") for part in PurePosixPath(relative).parts):
                yield _stored_file(relative, info)

    def names(self) -> Container[str]:
        system, root = self._system
        with _errors_as(NoInputError, self.url):
            return {_relative_to(path, root) for path in system.find(root)}

    def stat(self, relative: str) -> StoredFile | None:
        system, root = self._system
        try:
            system.invalidate_cache()
            return _stored_file(relative, system.info(f"{root}/{relative}"))
        except OSError:
            return None

    @contextmanager
    def reading(self, relative: str) -> Iterator[Path]:
        system, root = self._system
        with tempfile.TemporaryDirectory(prefix="uegan-") as folder:
            path = Path(folder, PurePosixPath(relative).name)
            with _errors_as(PhotoError, f"{self.url}/{relative}"):
                system.get_file(f"{root}/{relative}", str(path))
            yield path

    @contextmanager
    def writing(self, relative: str) -> Iterator[Path]:
        system, root = self._system
        with tempfile.TemporaryDirectory(prefix="uegan-") as folder:
            path = Path(folder, PurePosixPath(relative).name)
            yield path
            if path.exists():
                with _errors_as(OutputError, f"{self.url}/{relative}"):
                    _upload(system, path, f"{root}/{relative}")

    def remove_unfinished(self) -> None:
        system, root = self._system
        with contextlib.suppress(OSError):
            for path in system.glob(f"{root}/**/{UNFINISHED_FILES}"):
                system.rm_file(path)


def open_storage(name: str) -> Storage:
    """Return the storage of a folder's name or a URL. Raises UsageError for a URL that cannot be used."""
    if re.match(r"[a-z][a-z0-9+.-]+://", name) is None:
        return LocalFolder(Path(name).expanduser())
    if name.startswith("file://"):
        return LocalFolder(Path(_connect(name)[1]))
    _connect(name)
    return RemoteFolder(name.rstrip("/"))


def copy_file(source: Storage, relative: str, destination: Storage, output: str) -> None:
    """Copy a file byte for byte, with its times. Raises PhotoError, OutputError."""
    with source.reading(relative) as path, destination.writing(output) as target:
        try:
            with open(path, "rb") as file:
                status = os.fstat(file.fileno())
                with replacing(target, (status.st_atime_ns, status.st_mtime_ns)) as new:
                    shutil.copyfileobj(file, new)
        except OSError as error:
            raise PhotoError(f"{path}: cannot be read ({error.strerror or error})") from error


class _LocalNames:
    """The names of a folder's files, looked up one by one: listing a large tree would take longer."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __contains__(self, relative: object) -> bool:
        return os.path.lexists(self._root / str(relative))


def _connect(url: str) -> tuple[Any, str]:
    """Return the fsspec file system of a URL, and the root there."""
    from fsspec.core import url_to_fs

    try:
        system, root = url_to_fs(url)
    except ImportError as error:
        raise UsageError(f"{url}: {error}") from error
    except (ValueError, OSError) as error:
        raise UsageError(f"{url}: cannot be used ({error})") from error
    return system, str(root).rstrip("/")


def _relative_to(path: str, root: str) -> str:
    return path[len(root) :].lstrip("/")


def _stored_file(relative: str, info: dict[str, Any]) -> StoredFile:
    """info: fsspec's description, of which each file system fills in other fields."""
    fields = ("ETag", "etag", "md5", "mtime", "LastModified", "last_modified", "updated", "created")
    version = next((info[name] for name in fields if info.get(name) is not None), "")
    # `find` and `info` of one file system may give the same time as a number and as a date.
    version = version.timestamp() if isinstance(version, datetime) else version
    return StoredFile(relative, int(info.get("size") or 0), str(version))


def _upload(system: Any, path: Path, target: str) -> None:
    """Upload under a temporary name first, unless the file system shows only complete files, as object stores do."""
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
def _errors_as(kind: type[PhotoError] | type[OutputError] | type[NoInputError], name: str) -> Iterator[None]:
    """Raise whatever a remote file system raises as one line about `name`."""
    try:
        yield
    except kind:
        raise
    except Exception as error:
        raise kind(f"{name}: {' '.join(str(error).split()) or type(error).__name__}") from error
