"""A job over a tree: what there is to do, how it is done, and what is kept of it."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import hashlib
import time
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from itertools import chain, groupby
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ..errors import OutputError, PhotoError, UeganError, UsageError
from ..photo.provenance import read_mark
from ..photo.suffixes import SUFFIXES, WRITABLE, format_by_name
from . import storage as places
from .journal import Journal, Kind, Row
from .pipeline import Decoding, Encoding, Line
from .plan import Task
from .storage import Folder, Found, Place

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer

CRASHES = 2
"""A photo in whose course the program has ended so often is tried in a process of its own."""

_SETTLED = 3
"""Times that a photo is begun anew because it has changed while it was worked on."""


@dataclass(frozen=True)
class Job:
    """All that decides what becomes of a tree; picklable, for workers on other machines.

    checksum: photos are told apart by their content, not by size and time. copy_others: other files are copied. force:
    files in the destination that no uegan has made are replaced.
    """

    source: Place
    destination: Place
    style: str
    style_hash: str
    strength: float = 1.0
    decoding: Decoding = field(default_factory=Decoding)
    encoding: Encoding = field(default_factory=Encoding)
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    checksum: bool = False
    copy_others: bool = False
    force: bool = False

    def output_of(self, relative: str) -> str:
        """Where the result of a photo goes: the same place, with another suffix where it gets another format."""
        promised = format_by_name(relative)
        format = self.encoding.format or (promised if promised in WRITABLE else "JPEG")
        if format == promised:
            return relative
        return str(PurePosixPath(relative).with_suffix(SUFFIXES[format][0]))

    def work_on(self, kind: Kind, output: str) -> str:
        """A digest of what is to be done, whatever the photo is."""
        parts: tuple[object, ...] = (output,)
        if kind == "photo":
            encoding, decoding = self.encoding, self.decoding
            parts += (self.style_hash, f"{self.strength:g}", encoding.format, encoding.quality, encoding.metadata)
            parts += (encoding.preserve, decoding.first_frame)
        return _digest(kind, *map(str, parts))


@dataclass(frozen=True)
class Done:
    """What has become of a photo. row: what the journal is to know. error: what it failed with; where the disk is full
    it has not failed, but nothing will go on."""

    row: Row
    warnings: tuple[str, ...] = ()
    error: UeganError | None = None
    disk_is_full: bool = False


Engine = Callable[[Iterable[Row]], Generator[Done, None, None]]
"""Does photos, some at a time, and tells of each when it is done."""


def survey(job: Job, journal: Journal, retry: bool = False) -> list[str]:
    """Put down all there is to do; what stood in the way of seeing everything.

    retry: what has failed is tried again, though nothing has changed. Raises UsageError where two files would have one
    output.
    """
    problems: list[str] = []
    there = job.destination.listing()
    with journal.scanning():
        for found, kind in _wanted(job, job.source.walk(problems)):
            journal.put(_row(job, journal, found, kind, retry, there))
    _refuse_collisions(journal)
    return problems


def look_again(job: Job, journal: Journal, names: Iterable[str]) -> None:
    """Put down what there is to do about these files of the source; what is gone is nothing to do."""
    there = job.destination.listing()
    for found, kind in _wanted(job, filter(None, map(job.source.look, names))):
        journal.put(_row(job, journal, found, kind, True, there))
    _refuse_collisions(journal)


def work(
    journal: Journal, engine: Engine, alone: Engine | None, only: Container[str] | None = None
) -> Generator[Done, None, None]:
    """Do what is to be done, and record each result in the journal. Raises OutputError where the disk is full.

    engine: takes a row when it begins it, not earlier: the program may end on any row that was taken. alone: does the
    rows that the program may have ended on, and survives them; None where no row can end the program, for the engine
    works in other processes. only: names of the files to be done; None for all.

    A row keeps its try where the program ends on it, not where it is stopped. What is finished after the last result
    was taken is not recorded, but found by its mark the next time.
    """
    suspicious: list[Row] = []
    begun: dict[str, Row] = {}

    def others() -> Iterator[Row]:
        for row in journal.rows("todo"):
            if only is not None and row.relative not in only:
                continue
            if alone is None:
                yield row
            elif row.tries >= CRASHES:
                suspicious.append(row)
            else:
                journal.begin(row.relative)
                begun[row.relative] = row
                yield row

    try:
        yield from _recorded(journal, engine, others(), begun)
        if alone is not None:
            yield from _recorded(journal, alone, iter(suspicious), begun)
    except (KeyboardInterrupt, SystemExit, GeneratorExit, UeganError):
        with contextlib.suppress(OutputError):
            for row in begun.values():
                journal.put(row)
        raise


def _recorded(
    journal: Journal, engine: Engine, rows: Iterator[Row], begun: dict[str, Row]
) -> Generator[Done, None, None]:
    # No engine is started for nothing.
    first = next(rows, None)
    if first is None:
        return
    with closing(engine(chain([first], rows))) as results:
        for done in results:
            if done.disk_is_full:
                assert done.error is not None
                raise done.error
            begun.pop(done.row.relative, None)
            journal.put(done.row)
            yield done


@dataclass(frozen=True)
class Worker:
    """Does one photo of a job at a time, wherever it runs."""

    job: Job
    enhancer: Future[Enhancer]

    def take(self, row: Row) -> Done:
        """From the source to the destination; whatever goes wrong is told."""
        source = self.job.source
        for _ in range(_SETTLED):
            before = source.look(row.relative)
            if before is None:
                return Done(replace(row, status="skipped", reason="is gone meanwhile", tries=0))
            done = self._once(replace(row, size=before.size, version=before.version, tries=0))
            if source.look(row.relative) in (before, None):
                return done
        return failed(row, PhotoError(f"{source}/{row.relative}: keeps changing; start again when it is whole"))

    def _once(self, row: Row) -> Done:
        started = time.perf_counter()
        try:
            with self.job.source.at_hand(row.relative) as path:
                if self.job.checksum:
                    row = replace(row, checksum=checksum(path))
                done = self._copied(row) if row.kind == "other" else self._enhanced(row, path)
        except UeganError as error:
            return failed(row, error)
        return replace(done, row=replace(done.row, seconds=time.perf_counter() - started))

    def _enhanced(self, row: Row, path: Path) -> Done:
        job = self.job
        with job.destination.taking(row.output) as target:
            task = Task(path, target, job=_key(row), fresh=True)
            result = Line(self.enhancer, job.decoding, job.encoding).take(task)
        names = {str(path): f"{job.source}/{row.relative}", str(target): f"{job.destination}/{row.output}"}
        if result.error is not None:
            raise type(result.error)(_renamed(str(result.error), names)) from result.error.__cause__
        warnings = tuple(_renamed(warning, names) for warning in result.warnings)
        if result.status == "skipped":
            if job.copy_others:
                places.copy(job.source, row.relative, job.destination, row.output)
            return Done(replace(row, status="skipped", reason=result.reason))
        return Done(replace(row, status="done", reason=None), warnings)

    def _copied(self, row: Row) -> Done:
        places.copy(self.job.source, row.relative, self.job.destination, row.output)
        return Done(replace(row, status="done", reason=None))


def failed(row: Row, error: UeganError) -> Done:
    """A photo that cannot be done."""
    cause: Any = error.__cause__
    full = isinstance(error, OutputError) and getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    return Done(replace(row, status="failed", reason=str(error), tries=0), error=error, disk_is_full=full)


def checksum(path: Path) -> str:
    """SHA-256 of a file. Raises PhotoError."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PhotoError(f"{path}: cannot be read ({error.strerror or error})") from error


def _row(job: Job, journal: Journal, found: Found, kind: Kind, retry: bool, there: Container[str]) -> Row:
    """What is to be done about a file, in the light of what was done."""
    output = job.output_of(found.relative) if kind == "photo" else found.relative
    row = Row(found.relative, output, kind, job.work_on(kind, output), found.size, found.version)
    if job.checksum:
        with job.source.at_hand(found.relative) as path, contextlib.suppress(PhotoError):
            row = replace(row, checksum=checksum(path))
    old = journal.get(found.relative)
    if old is None or old.work != row.work or not _is_unchanged(old, row):
        ours = old is not None and old.status == "done" and old.output == output
        return _in_view_of(job, row, there, ours)
    if old.status == "done" and output in there:
        return replace(row, status="done", seconds=old.seconds)
    if old.status == "skipped" and (output in there or not job.copy_others):
        return replace(row, status="skipped", reason=old.reason)
    if old.status == "failed" and not retry:
        return replace(row, status="failed", reason=old.reason)
    tries = old.tries if old.status == "todo" else 0
    return _in_view_of(job, replace(row, tries=tries), there, ours=False)


def _is_unchanged(old: Row, new: Row) -> bool:
    if old.checksum and new.checksum:
        return old.checksum == new.checksum
    return (old.size, old.version) == (new.size, new.version)


def _in_view_of(job: Job, row: Row, there: Container[str], ours: bool) -> Row:
    """The row, in view of what lies where its result is to go. ours: that is known to be a result of this job."""
    if row.output not in there or ours or job.force:
        return row
    with job.destination.at_hand(row.output) as path:
        mark = None
        with contextlib.suppress(PhotoError):
            mark = read_mark(path)
        if mark is not None and mark.job:
            # The journal was lost, or the program ended between the result and its row.
            return replace(row, status="done" if mark.job == _key(row) else "todo")
        if (row.kind == "other" or job.strength == 0) and _is_copy(job, row, path):
            return replace(row, status="done")
    reason = f"{job.destination}/{row.output}: exists and is not of this job; --force replaces it"
    return replace(row, status="failed", reason=reason)


def _is_copy(job: Job, row: Row, path: Path) -> bool:
    try:
        with job.source.at_hand(row.relative) as source:
            return filecmp.cmp(source, path, shallow=False)
    except (OSError, PhotoError):
        return False


def _wanted(job: Job, files: Iterable[Found]) -> Iterator[tuple[Found, Kind]]:
    """The files that are part of the job, folder by folder: of a raw and a photo of it, the photo."""
    inside = _inside(job)
    for _, group in groupby(files, key=lambda found: found.relative.rpartition("/")[0]):
        folder = [found for found in group if not found.relative.startswith(inside) and _is_meant(job, found)]
        shots = {_shot(found) for found in folder if format_by_name(found.relative) not in ("RAW", None)}
        for found in folder:
            format = format_by_name(found.relative)
            if format == "RAW" and _shot(found) in shots:
                format = None
            if format is not None:
                yield found, "photo"
            elif job.copy_others:
                yield found, "other"


def _inside(job: Job) -> tuple[str, ...]:
    """What the names of the destination's files begin with, where it lies in the source."""
    if isinstance(job.source, Folder) and isinstance(job.destination, Folder):
        source, destination = job.source.root.resolve(), job.destination.root.resolve()
        if destination.is_relative_to(source):
            return (f"{destination.relative_to(source).as_posix()}/",)
    return ()


def _is_meant(job: Job, found: Found) -> bool:
    names = (found.relative, PurePosixPath(found.relative).name)
    included = not job.include or any(fnmatch(name, pattern) for name in names for pattern in job.include)
    return included and not any(fnmatch(name, pattern) for name in names for pattern in job.exclude)


def _shot(found: Found) -> str:
    return str(PurePosixPath(found.relative).with_suffix("")).lower()


def _refuse_collisions(journal: Journal) -> None:
    collision = journal.collision()
    if collision is not None:
        one, two, output = collision
        raise UsageError(f"{one} and {two} would both become {output}; leave one out with --exclude")


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Where files lie for the moment is nobody's concern."""
    for path, name in names.items():
        text = text.replace(path, name)
    return text


def _key(row: Row) -> str:
    """What the result's mark says of the work and of the source."""
    return _digest(row.work, row.checksum or f"{row.size} {row.version}")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
