"""A job being done, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, OutputError, UsageError
from ...jobs.journal import Journal, in_memory, opened
from ...jobs.storage import PRIVATE, Folder, Place, place
from ...paths import jobs_dir
from ..enhance.request import find_style
from ..shared.output import Report, counted
from .command import Request

if TYPE_CHECKING:
    from ...jobs.batch import Done, Engine, Job
    from ...styles.store import Entry

JOURNAL, LOCK = "journal.sqlite", "lock"


@dataclass(frozen=True)
class Work:
    """A job with all that it needs to be done. before: photos that were done already."""

    job: Job
    request: Request
    style: Entry
    journal: Journal
    report: Report
    before: int
    started: float


def perform(request: Request, report: Report) -> int:
    """Do the job and report it; the exit code."""
    started = time.monotonic()
    style = find_style(request.style)
    job = _job(request, style)
    _check(job, request)
    folder = _private_folder(job.destination)
    if request.dry_run:
        with in_memory(folder / JOURNAL) as journal:
            return _tell_plan(job, journal, request, report)
    with _held(folder), opened(folder / JOURNAL) as (journal, damaged):
        if damaged:
            report.complain(f"{folder / JOURNAL}: was damaged; it is made anew from what the results say of themselves")
        _check_source(job, journal)
        job.destination.clear()
        return _perform(job, request, style, journal, report, started)


def _perform(job: Job, request: Request, style: Entry, journal: Journal, report: Report, started: float) -> int:
    from ...jobs.batch import survey
    from . import report_page as batch_report

    problems = survey(job, journal, request.retry_failed)
    for problem in problems:
        report.complain(problem)
    counts = journal.counts()
    if not any(counts.values()) and not request.watch:
        raise NoInputError(f"{job.source}: no photos here")
    work = Work(job, request, style, journal, report, counts["done"], started)
    engine, alone = _engines(work, counts["todo"])
    try:
        if request.watch:
            _watch(work, engine, alone)
        else:
            _do(work, engine, alone)
    except (KeyboardInterrupt, SystemExit):
        report.say("stopped; what was written is whole, and the same command goes on with the rest")
        raise
    finally:
        if request.report is not None:
            batch_report.write(request.report, journal, job, style)
    return _summarise(work, len(problems))


def _job(request: Request, style: Entry) -> Job:
    from ...jobs.batch import Job
    from ...jobs.pipeline import Decoding, Encoding
    from ...photo.reading import MAX_PIXELS

    assert style.header is not None
    return Job(
        source=place(request.source),
        destination=place(request.destination),
        style=str(style.path),
        style_hash=style.header.hash,
        strength=request.strength,
        decoding=Decoding(request.max_pixels or MAX_PIXELS, request.first_frame),
        encoding=Encoding(request.quality, request.format, request.metadata, request.preserve),
        include=request.include,
        exclude=request.exclude,
        checksum=request.checksum,
        copy_others=request.copy_others,
        force=request.force,
    )


def _check(job: Job, request: Request) -> None:
    """Whatever can be known before there is work."""
    source, destination = job.source, job.destination
    if isinstance(source, Folder):
        if not source.root.is_dir():
            raise NoInputError(f"{source}: there is no such folder")
        if isinstance(destination, Folder) and source.root.resolve() == destination.root.resolve():
            raise UsageError(f"{destination}: SRC and DST are one folder; `uegan enhance --in-place` does that")
    elif request.watch:
        raise UsageError(f"{source}: only folders can be watched")
    if isinstance(destination, Folder) and destination.root.exists() and not destination.root.is_dir():
        raise OutputError(f"{destination}: is no folder; choose another DST")
    if request.engine == "ray" and not (source.shared and destination.shared):
        raise UsageError("memory:// is seen by one process alone; with --engine ray choose what workers can see")


def _private_folder(destination: Place) -> Path:
    """Where the journal and the lock are: with the results, or in the user's folder where these are behind a URL."""
    if isinstance(destination, Folder):
        return destination.root / PRIVATE
    import hashlib

    return jobs_dir() / hashlib.sha256(str(destination).encode()).hexdigest()[:16]


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The destination, for this process alone."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK).acquire(blocking=False)
    except Timeout as error:
        raise OutputError(f"{folder.parent}: another uegan works on it; wait, or choose another DST") from error
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error}); choose another DST") from error
    with lock:
        yield


def _check_source(job: Job, journal: Journal) -> None:
    """A destination belongs to one source; where that has moved, to the one that is named now."""
    before, now = journal.fact("source"), _resolved(job.source)
    if before not in (None, now) and ("://" in str(before) or Path(str(before)).is_dir()):
        raise UsageError(f"{job.destination}: holds the results of {before}; choose another DST for {job.source}")
    journal.note_fact("source", now)


def _resolved(source: Place) -> str:
    return str(source.root.resolve()) if isinstance(source, Folder) else str(source)


def _engines(work: Work, photos: int) -> tuple[Engine, Engine]:
    """What does the photos, and what does dangerous ones."""
    from ...jobs import local_engine as engines
    from ...jobs import pipeline

    request = work.request
    if request.engine == "ray":
        from ...jobs.ray_engine import Cluster

        cluster = Cluster(work.job, request.ray_address, request.device, request.jobs, work.report.say)
        return cluster, cluster
    jobs = request.jobs or pipeline.enough_jobs(4 if request.watch else photos)

    def told(device: str) -> None:
        what = "Enhancing" if request.watch else f"Enhancing {counted(photos, 'photo')}"
        work.report.say(f"{what} with {work.style.name} on {device}")

    device = request.device.partition(",")[0]
    alone = engines.Alone(work.job, "auto" if device == "all" else device, 1)
    return engines.Local(work.job, request.device, jobs, told), alone


def _do(work: Work, engine: Engine, alone: Engine, only: Collection[str] | None = None) -> None:
    """All that is to be done now. only: of these files alone."""
    from ...jobs.batch import work as do

    todo = work.journal.counts()["todo"] if only is None else len(only)
    results = do(work.journal, engine, alone, only)
    with work.report.bar(todo, "photos") as advance, closing(results):
        for done in results:
            advance(done.row.relative)
            _tell(done, work)


def _watch(work: Work, engine: Engine, alone: Engine) -> None:
    """Photos that are there, and photos that come, as they are whole."""
    from ...jobs.batch import look_again, survey
    from ...jobs.hot_folder import whole_files

    def there() -> list[str]:
        survey(work.job, work.journal, work.request.retry_failed)
        return [row.relative for row in work.journal.rows("todo")]

    assert isinstance(work.job.source, Folder)
    work.report.say(f"Watching {work.job.source}; Ctrl-C ends it")
    for names in whole_files(work.job.source.root, there):
        look_again(work.job, work.journal, names)
        _do(work, engine, alone, set(names))


def _tell(done: Done, work: Work) -> None:
    row, job, report = done.row, work.job, work.report
    source, target = f"{job.source}/{row.relative}", f"{job.destination}/{row.output}"
    report.record(
        {
            "input": source,
            "output": target,
            "status": row.status,
            "reason": row.reason,
            "seconds": round(row.seconds, 3),
            "warnings": list(done.warnings),
        }
    )
    if row.status == "failed":
        report.complain(row.reason or "")
    elif row.status == "skipped":
        report.detail(f"{source}: {row.reason}")
    else:
        report.detail(f"{source} -> {target}")
    for warning in done.warnings:
        report.detail(f"{source}: {warning}")


def _tell_plan(job: Job, journal: Journal, request: Request, report: Report) -> int:
    """What a dry run says."""
    from ...jobs.batch import survey

    problems = survey(job, journal, request.retry_failed)
    for problem in problems:
        report.complain(problem)
    for row in journal.rows("todo"):
        source, target = f"{job.source}/{row.relative}", f"{job.destination}/{row.output}"
        report.result(f"{source} -> {target}")
        report.record({"input": source, "output": target, "status": "planned"})
    counts = journal.counts()
    report.record({"summary": dict(counts)})
    report.say(
        f"{counted(counts['todo'], 'file')} would be done; {counts['done']} are, {counts['skipped']} skipped, "
        f"{counts['failed']} failed; nothing was written"
    )
    return 1 if counts["failed"] or problems else 0


def _summarise(work: Work, problems: int) -> int:
    counts, seconds, report = work.journal.counts(), time.monotonic() - work.started, work.report
    assert work.style.header is not None
    new = counts["done"] - work.before
    report.record(
        {
            "summary": dict(counts),
            "new": new,
            "style": work.style.name,
            "style_hash": work.style.header.hash,
            "seconds": round(seconds, 3),
        }
    )
    said = [f"{new} done"] + [f"{work.before} done before"] * bool(work.before)
    said += [f"{counts[status]} {status}" for status in ("skipped", "failed") if counts[status]]
    rate = f", {new / seconds:.1f} a second" if new > 1 else ""
    report.say(f"{', '.join(said)} in {seconds:.1f} s{rate}")
    if counts["failed"]:
        report.say("--retry-failed tries again what has failed; --report FILE.html lists it")
    return 1 if counts["failed"] or problems else 0
