"""The job that a request describes, its journal's folder and its lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, OutputError, UsageError
from ...jobs.storage import PRIVATE_FOLDER, LocalFolder, Storage, open_storage
from ...paths import jobs_dir
from .request import BatchRequest

if TYPE_CHECKING:
    from ...jobs.batch import BatchJob
    from ...jobs.journal import Journal
    from ...styles.store import Entry

_LOCK = "lock"


def make_job(request: BatchRequest, style: Entry) -> BatchJob:
    """Return the job of a request. Raises NoInputError, OutputError or UsageError if it cannot even begin."""
    from ...jobs.batch import BatchJob
    from ...jobs.pipeline import ReadOptions, WriteOptions
    from ...photo.reading import MAX_PIXELS

    assert style.header is not None
    job = BatchJob(
        source=open_storage(request.source),
        destination=open_storage(request.destination),
        style=str(style.path),
        style_hash=style.header.hash,
        strength=request.strength,
        read_options=ReadOptions(request.max_pixels or MAX_PIXELS, request.first_frame),
        write_options=WriteOptions(request.quality, request.format, request.metadata, request.preserve),
        include=request.include,
        exclude=request.exclude,
        checksum=request.checksum,
        copy_others=request.copy_others,
        force=request.force,
    )
    _check_storage(job, request)
    return job


def _check_storage(job: BatchJob, request: BatchRequest) -> None:
    source, destination = job.source, job.destination
    if isinstance(source, LocalFolder):
        if not source.root.is_dir():
            raise NoInputError(f"{source}: no such folder")
        if isinstance(destination, LocalFolder) and source.root.resolve() == destination.root.resolve():
            raise UsageError(f"{destination}: is both SRC and DST; `uegan enhance --in-place` replaces photos")
    elif request.watch:
        raise UsageError(f"{source}: only folders can be watched")
    if isinstance(destination, LocalFolder) and destination.root.exists() and not destination.root.is_dir():
        raise OutputError(f"{destination}: is not a folder; choose another DST")
    if request.engine == "ray" and not (source.shared and destination.shared):
        raise UsageError(
            "memory:// exists in one process only; with --engine ray, choose storage that all workers can reach"
        )


def private_folder(destination: Storage) -> Path:
    """Return the folder of the journal and the lock: in the destination, or the user's own if that is a URL."""
    if isinstance(destination, LocalFolder):
        return destination.root / PRIVATE_FOLDER
    import hashlib

    return jobs_dir() / hashlib.sha256(str(destination).encode()).hexdigest()[:16]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from the destination while it lasts. Raises OutputError if one works on it already."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK).acquire(blocking=False)
    except Timeout as error:
        raise OutputError(f"{folder.parent}: another uegan is working on it; wait, or choose another DST") from error
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error}); choose another DST") from error
    with lock:
        yield


def claim_destination(job: BatchJob, journal: Journal) -> None:
    """Note in the journal which source the destination belongs to.

    Raises UsageError if it belongs to another. A source that no longer exists counts as moved to the one named now.
    """
    before, now = journal.fact("source"), _resolve(job.source)
    if before not in (None, now) and ("://" in str(before) or Path(str(before)).is_dir()):
        raise UsageError(f"{job.destination}: holds the results of {before}; choose another DST for {job.source}")
    journal.set_fact("source", now)


def _resolve(source: Storage) -> str:
    return str(source.root.resolve()) if isinstance(source, LocalFolder) else str(source)
