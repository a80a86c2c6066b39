"""Photos being enhanced, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import UeganError
from ...jobs.plan import Task
from ...jobs.results import Result, exit_code, unworked
from ..shared.output import Report, counted
from ..shared.streams import SCRATCH
from .request import Request, find_style, make_plan, say_plan

if TYPE_CHECKING:
    from ...enhancement.enhancer import Enhancer
    from ...styles.store import Entry


def perform(request: Request, report: Report) -> int:
    """Do what was asked for and report it; the exit code."""
    started = time.monotonic()
    style = find_style(request.style)
    tasks = make_plan(request, style, report)
    if request.dry_run:
        return say_plan(tasks, style, report)
    results = []
    try:
        with closing(_results(request, style, tasks, report)) as found:
            for result in found:
                _tell(result, request, style, report)
                results.append(result)
    except (KeyboardInterrupt, SystemExit):
        report.say("interrupted; what was written is whole, and the same command goes on with the rest")
        raise
    code = exit_code(results)
    if request.sheet is not None:
        code = _write_sheet(request.sheet, request, style, results, report) or code
    _summarise(results, request, style, time.monotonic() - started, report)
    return code


def _results(request: Request, style: Entry, tasks: Sequence[Task], report: Report) -> Generator[Result, None, None]:
    """What is no work, and then what is: torch is not even loaded where there is nothing to do."""
    for task in tasks:
        if not task.is_work:
            result = unworked(task)
            yield result
            if request.fail_fast and result.status == "failed":
                return
    active = [task for task in tasks if task.is_work]
    if active:
        yield from _enhanced(request, style, active, report)


def _enhanced(request: Request, style: Entry, tasks: Sequence[Task], report: Report) -> Iterator[Result]:
    from ...jobs import pipeline
    from ...photo.reading import MAX_PIXELS

    jobs = request.jobs or pipeline.enough_jobs(len(tasks))

    def enhancer() -> Enhancer:
        import torch

        from ...enhancement.devices import describe
        from ...enhancement.enhancer import Enhancer

        made = Enhancer(
            style.path,
            device=request.device,
            strength=request.strength,
            full_network=request.full_network,
            threads=max(1, torch.get_num_threads() // jobs),
        )
        report.say(f"Enhancing {counted(len(tasks), 'photo')} with {style.name} on {describe(made.device)}")
        return made

    decoding = pipeline.Decoding(request.max_pixels or MAX_PIXELS, request.first_frame, report.json)
    encoding = pipeline.Encoding(request.quality, request.format, request.metadata, request.preserve)
    run = pipeline.run(tasks, enhancer, decoding, encoding, jobs)
    with report.bar(len(tasks), "photos") as advance, closing(run):
        for result in run:
            advance(result.task.source.name)
            yield result
            if request.fail_fast and result.status == "failed":
                return


def _tell(result: Result, request: Request, style: Entry, report: Report) -> None:
    task, shown = result.task, result.task.source
    report.record(
        {name: _without_scratch(value, task) for name, value in result.to_json().items()} | {"style": style.name}
    )
    if result.status == "failed":
        report.complain(_without_scratch(result.reason or "", task))
    elif result.status == "skipped":
        report.detail(f"{shown}: {result.reason}")
    elif not request.piped:
        report.progress_line(_without_scratch(f"{shown} -> {task.target}", task))
    for warning in result.warnings:
        report.say(_without_scratch(f"{shown}: {warning}", task))


def _without_scratch(value: Any, task: Task) -> Any:
    """What came from standard input is called that, not by where it lies for the moment."""
    return value.replace(str(task.source), SCRATCH) if task.source.name == SCRATCH and isinstance(value, str) else value


def _write_sheet(path: Path, request: Request, style: Entry, results: Iterable[Result], report: Report) -> int:
    """The sheet of what was enhanced; the exit code. What became of the photos is to be told in any case."""
    from ...photo.xmp.mark import Mark
    from ..shared.contact_sheet import MAX_PHOTOS, read_row, write_sheet

    assert style.header is not None
    done = [result.task for result in results if result.status == "enhanced"]
    if not done:
        return 0
    try:
        rows = [read_row(task.source.name, task.before, task.target, request.max_pixels) for task in done[:MAX_PHOTOS]]
        write_sheet(path, rows, mark=Mark(style.name, style.header.hash, request.strength))
    except UeganError as error:
        report.complain(str(error))
        return error.exit_code
    left_out = f" (the first {MAX_PHOTOS} of {len(done)} photos)" if len(done) > MAX_PHOTOS else ""
    report.say(f"{path}: before and after{left_out}")
    return 0


def _summarise(results: Sequence[Result], request: Request, style: Entry, seconds: float, report: Report) -> None:
    counts = {status: sum(r.status == status for r in results) for status in ("enhanced", "skipped", "failed")}
    assert style.header is not None
    report.record(
        {
            "summary": counts,
            "style": style.name,
            "style_hash": style.header.hash,
            "strength": request.strength,
            "seconds": round(seconds, 3),
        }
    )
    said = [f"{count} {status}" for status, count in counts.items() if count or status == "enhanced"]
    report.say(f"{', '.join(said)} in {seconds:.1f} s")
    if counts["skipped"] and not report.verbose:
        first = next(result for result in results if result.status == "skipped")
        rest = " (and so on; -v says why of each)" if counts["skipped"] > 1 else ""
        report.say(f"{first.task.source}: {first.reason}{rest}")
