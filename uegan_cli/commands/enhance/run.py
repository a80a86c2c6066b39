"""A run of `uegan enhance`, from the style to the summary."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UeganError
from ...jobs.plan import Task
from ...jobs.results import TaskResult, exit_code, result_without_work
from ..shared.output import Report, counted
from ..shared.style import find_style
from . import output
from .plan import plan_tasks
from .request import EnhanceRequest, without_streams

if TYPE_CHECKING:
    from ...enhancement.enhancer import Enhancer
    from ...styles.store import Entry


def enhance_photos(request: EnhanceRequest, report: Report) -> int:
    """Enhance the photos and print what became of them. Return the exit code.

    Raises UeganError if it fails as a whole; a photo that fails is printed, and the others go on.
    """
    with without_streams(request) as request:
        return _enhance_photos(request, report)


def _enhance_photos(request: EnhanceRequest, report: Report) -> int:
    started = time.monotonic()
    style = find_style(request.style)
    tasks = plan_tasks(request, style, report)
    if request.dry_run:
        return output.print_plan(tasks, style, report)
    results = []
    try:
        with closing(_results(request, style, tasks, report)) as found:
            for result in found:
                output.print_result(result, style, request.piped, report)
                results.append(result)
    except (KeyboardInterrupt, SystemExit):
        report.say("interrupted; all files written are complete, and the same command continues with the rest")
        raise
    code = exit_code(results)
    if request.sheet is not None:
        code = _write_sheet(request.sheet, request, style, results, report) or code
    output.print_summary(results, style, request.strength, time.monotonic() - started, report)
    return code


def _results(
    request: EnhanceRequest, style: Entry, tasks: Sequence[Task], report: Report
) -> Generator[TaskResult, None, None]:
    """Yield the results of tasks that are no work, then those of the others. Without work, torch is not even loaded."""
    for task in tasks:
        if not task.is_work:
            result = result_without_work(task)
            yield result
            if request.fail_fast and result.status == "failed":
                return
    active = [task for task in tasks if task.is_work]
    if active:
        yield from _enhance(request, style, active, report)


def _enhance(request: EnhanceRequest, style: Entry, tasks: Sequence[Task], report: Report) -> Iterator[TaskResult]:
    from ...jobs import pipeline
    from ...photo.reading import MAX_PIXELS

    jobs = request.jobs or pipeline.default_jobs(len(tasks))

    def make_enhancer() -> Enhancer:
        import torch

        from ...enhancement.devices import describe
        from ...enhancement.enhancer import Enhancer

        enhancer = Enhancer(
            style.path,
            device=request.device,
            strength=request.strength,
            full_network=request.full_network,
            threads=max(1, torch.get_num_threads() // jobs),
        )
        report.say(f"Enhancing {counted(len(tasks), 'photo')} with {style.name} on {describe(enhancer.device)}")
        return enhancer

    read_options = pipeline.ReadOptions(request.max_pixels or MAX_PIXELS, request.first_frame, report.json)
    write_options = pipeline.WriteOptions(request.quality, request.result_format, request.metadata, request.preserve)
    results = pipeline.enhance_tasks(tasks, make_enhancer, read_options, write_options, jobs)
    with report.bar(len(tasks), "photos") as advance, closing(results):
        for result in results:
            advance(result.task.source.name)
            yield result
            if request.fail_fast and result.status == "failed":
                return


def _write_sheet(
    path: Path, request: EnhanceRequest, style: Entry, results: Iterable[TaskResult], report: Report
) -> int:
    """Write the contact sheet of the photos that were enhanced. Return the exit code.

    Errors are printed, not raised: the summary of the photos has to follow.
    """
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
    which = f" of the first {MAX_PHOTOS} of {len(done)} photos" if len(done) > MAX_PHOTOS else ""
    report.say(f"{path}: before and after{which}")
    return 0
