"""The scan of a batch: compare source, destination and journal, and record what has to be done with each file."""

from __future__ import annotations

import contextlib
import filecmp
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path, PurePosixPath

from ..errors import PhotoError, UsageError
from ..photo.provenance import read_mark
from ..photo.suffixes import format_by_name
from .batch import BatchJob, work_key
from .journal import FileKind, Journal, JournalRow
from .storage import LocalFolder, StoredFile
from .worker import checksum


def scan(job: BatchJob, journal: Journal, retry_failed: bool = False) -> list[str]:
    """Record for every file of the source whether and how it has to be processed; return the folders' problems.

    retry_failed: process failed files again even if they have not changed. Raises UsageError if two files would have
    one output, NoInputError if the source cannot be listed.
    """
    problems: list[str] = []
    outputs = job.destination.names()
    with journal.scanning():
        for file, kind in _select(job, job.source.walk(problems)):
            journal.put(_decide(job, journal, file, kind, retry_failed, outputs))
    _refuse_collisions(journal)
    return problems


def rescan(job: BatchJob, journal: Journal, names: Iterable[str]) -> None:
    """Record what has to be done with some files of the source; those that do not exist are ignored."""
    outputs = job.destination.names()
    for file, kind in _select(job, filter(None, map(job.source.stat, names))):
        journal.put(_decide(job, journal, file, kind, True, outputs))
    _refuse_collisions(journal)


def _decide(
    job: BatchJob, journal: Journal, file: StoredFile, kind: FileKind, retry_failed: bool, outputs: Container[str]
) -> JournalRow:
    """Return a file's new row: `todo`, unless its old row says that the same work is settled and its output exists."""
    output = job.output_of(file.relative) if kind == "photo" else file.relative
    row = JournalRow(file.relative, output, kind, job.work_digest(kind, output), file.size, file.version)
    if job.checksum:
        with job.source.reading(file.relative) as path, contextlib.suppress(PhotoError):
            row = replace(row, checksum=checksum(path))
    old = journal.get(file.relative)
    if old is None or old.work != row.work or not _is_unchanged(old, row):
        ours = old is not None and old.status == "done" and old.output == output
        return _check_output(job, row, outputs, ours)
    if old.status == "done" and output in outputs:
        return replace(row, status="done", seconds=old.seconds)
    if old.status == "skipped" and (output in outputs or not job.copy_others):
        return replace(row, status="skipped", reason=old.reason)
    if old.status == "failed" and not retry_failed:
        return replace(row, status="failed", reason=old.reason)
    tries = old.tries if old.status == "todo" else 0
    return _check_output(job, replace(row, tries=tries), outputs, ours=False)


def _is_unchanged(old: JournalRow, new: JournalRow) -> bool:
    if old.checksum and new.checksum:
        return old.checksum == new.checksum
    return (old.size, old.version) == (new.size, new.version)


def _check_output(job: BatchJob, row: JournalRow, outputs: Container[str], ours: bool) -> JournalRow:
    """Decide the status of a row whose output exists: done if it is the row's result, failed if it is another file.

    ours: whether the journal says that the output is a result of this job.
    """
    if row.output not in outputs or ours or job.force:
        return row
    with job.destination.reading(row.output) as path:
        mark = None
        with contextlib.suppress(PhotoError):
            mark = read_mark(path)
        if mark is not None and mark.work_key:
            # The journal was lost, or the program ended before it recorded the result.
            return replace(row, status="done" if mark.work_key == work_key(row) else "todo")
        if (row.kind == "other" or job.strength == 0) and _is_copy(job, row, path):
            return replace(row, status="done")
    reason = f"{job.destination}/{row.output}: exists and was not made by this job; --force replaces it"
    return replace(row, status="failed", reason=reason)


def _is_copy(job: BatchJob, row: JournalRow, path: Path) -> bool:
    try:
        with job.source.reading(row.relative) as source:
            return filecmp.cmp(source, path, shallow=False)
    except (OSError, PhotoError):
        return False


def _select(job: BatchJob, files: Iterable[StoredFile]) -> Iterator[tuple[StoredFile, FileKind]]:
    """Yield the files that are part of the job; files of a folder must be adjacent.

    A raw that shares its name with another photo of its folder counts as another file, not as a photo.
    """
    inside = _destination_prefix(job)
    for _, group in groupby(files, key=lambda file: file.relative.rpartition("/")[0]):
        folder = [file for file in group if not file.relative.startswith(inside) and _is_included(job, file)]
        shots = {_shot(file) for file in folder if format_by_name(file.relative) not in ("RAW", None)}
        for file in folder:
            format = format_by_name(file.relative)
            if format == "RAW" and _shot(file) in shots:
                format = None
            if format is not None:
                yield file, "photo"
            elif job.copy_others:
                yield file, "other"


def _destination_prefix(job: BatchJob) -> tuple[str, ...]:
    """Return what the names of results begin with if the destination lies in the source, for `str.startswith`."""
    if isinstance(job.source, LocalFolder) and isinstance(job.destination, LocalFolder):
        source, destination = job.source.root.resolve(), job.destination.root.resolve()
        if destination.is_relative_to(source):
            return (f"{destination.relative_to(source).as_posix()}/",)
    return ()


def _is_included(job: BatchJob, file: StoredFile) -> bool:
    names = (file.relative, PurePosixPath(file.relative).name)
    included = not job.include or any(fnmatch(name, pattern) for name in names for pattern in job.include)
    return included and not any(fnmatch(name, pattern) for name in names for pattern in job.exclude)


def _shot(file: StoredFile) -> str:
    """Return the name that a raw and a JPEG of one shot have in common."""
    return str(PurePosixPath(file.relative).with_suffix("")).lower()


def _refuse_collisions(journal: Journal) -> None:
    collision = journal.find_collision()
    if collision is not None:
        one, two, output = collision
        raise UsageError(f"{one} and {two} would both be written to {output}; leave one out with --exclude")
