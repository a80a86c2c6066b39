"""A run of `uegan batch`, from the journal to the summary."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import NoInputError
from ...jobs.journal import Journal, copy_in_memory, open_journal
from ...jobs.storage import LocalFolder
from ..shared.output import Report, counted
from ..shared.style import find_style
from . import output, report_file
from .job import claim_destination, locked, make_job, private_folder
from .request import BatchRequest

if TYPE_CHECKING:
    from ...jobs.batch import BatchJob, Engine
    from ...styles.store import Entry

JOURNAL = "journal.sqlite"


@dataclass(frozen=True)
class BatchRun:
    """A job with everything that running it needs. done_before: photos done by earlier runs."""

    job: BatchJob
    request: BatchRequest
    style: Entry
    journal: Journal
    report: Report
    done_before: int


def run_batch(request: BatchRequest, report: Report) -> int:
    """Run the job and print what became of it. Return the exit code: 1 if a photo failed.

    Raises UeganError if the job fails as a whole.
    """
    started = time.monotonic()
    style = find_style(request.style)
    job = make_job(request, style)
    folder = private_folder(job.destination)
    if request.dry_run:
        with copy_in_memory(folder / JOURNAL) as journal:
            return _dry_run(job, journal, request, report)
    with locked(folder), open_journal(folder / JOURNAL) as (journal, damaged):
        if damaged:
            report.complain(f"{folder / JOURNAL}: was damaged; it is rebuilt from the marks in the results")
        claim_destination(job, journal)
        job.destination.remove_unfinished()
        return _run(job, request, style, journal, report, started)


def _dry_run(job: BatchJob, journal: Journal, request: BatchRequest, report: Report) -> int:
    from ...jobs.scan import scan

    problems = scan(job, journal, request.retry_failed)
    for problem in problems:
        report.complain(problem)
    output.print_plan(job, journal, report)
    return 1 if journal.counts()["failed"] or problems else 0


def _run(job: BatchJob, request: BatchRequest, style: Entry, journal: Journal, report: Report, started: float) -> int:
    from ...jobs.scan import scan

    problems = scan(job, journal, request.retry_failed)
    for problem in problems:
        report.complain(problem)
    counts = journal.counts()
    if not any(counts.values()) and not request.watch:
        raise NoInputError(f"{job.source}: no photos here")
    run = BatchRun(job, request, style, journal, report, counts["done"])
    engine, isolated = _make_engines(run, counts["todo"])
    try:
        if request.watch:
            _watch(run, engine, isolated)
        else:
            _process(run, engine, isolated)
    except (KeyboardInterrupt, SystemExit):
        report.say("stopped; all files written are complete, and the same command continues with the rest")
        raise
    finally:
        if request.report is not None:
            report_file.write_report(request.report, journal, job, style)
    output.print_summary(journal, run.done_before, style, time.monotonic() - started, report)
    return 1 if journal.counts()["failed"] or problems else 0


def _make_engines(run: BatchRun, photos: int) -> tuple[Engine, Engine | None]:
    """Return the engine for the photos, and the one for photos that may have crashed the program (see `work`)."""
    from ...jobs import local_engine, pipeline

    request = run.request
    if request.engine == "ray":
        from ...jobs.ray_engine import RayEngine

        return RayEngine(run.job, request.ray_address, request.device, request.jobs, run.report.say), None
    # How many photos will arrive in a watched folder is not known: use as many threads as there may be.
    jobs = request.jobs or pipeline.default_jobs(4 if request.watch else photos)

    def say_device(device: str) -> None:
        what = "Enhancing" if request.watch else f"Enhancing {counted(photos, 'photo')}"
        run.report.say(f"{what} with {run.style.name} on {device}")

    device = request.device.partition(",")[0]
    isolated = local_engine.IsolatedEngine(run.job, "auto" if device == "all" else device, 1)
    return local_engine.LocalEngine(run.job, request.device, jobs, say_device), isolated


def _process(run: BatchRun, engine: Engine, isolated: Engine | None, only: Collection[str] | None = None) -> None:
    """Process the photos that are to be done now. only: their names, if not all of them."""
    from ...jobs.batch import process

    todo = run.journal.counts()["todo"] if only is None else len(only)
    results = process(run.journal, engine, isolated, only)
    with run.report.bar(todo, "photos") as advance, closing(results):
        for result in results:
            advance(result.row.relative)
            output.print_result(result, run.job, run.report)


def _watch(run: BatchRun, engine: Engine, isolated: Engine | None) -> None:
    """Process the photos in the source, then each that arrives, once it is complete; until interrupted."""
    from ...jobs.hot_folder import complete_files
    from ...jobs.scan import rescan, scan

    def present() -> list[str]:
        scan(run.job, run.journal, run.request.retry_failed)
        return [row.relative for row in run.journal.rows("todo")]

    assert isinstance(run.job.source, LocalFolder)
    run.report.say(f"Watching {run.job.source}; press Ctrl-C to stop")
    for names in complete_files(run.job.source.root, present):
        rescan(run.job, run.journal, names)
        _process(run, engine, isolated, set(names))
