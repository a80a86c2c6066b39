"""What `uegan enhance` prints of photos, as text and as JSON."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import PhotoError
from ...jobs.plan import Task
from ...jobs.results import TaskResult, exit_code, result_without_work
from ..shared.output import Report, counted
from ..shared.streams import SCRATCH

if TYPE_CHECKING:
    from ...styles.store import Entry


def print_plan(tasks: Sequence[Task], style: Entry, report: Report) -> int:
    """Print the plan of a dry run. Return the exit code.

    Photos are not read for it: whether they can be read shows when they are enhanced.
    """
    results = [_expected_result(task) for task in tasks]
    for result in results:
        task = result.task
        if result.status == "failed":
            report.complain(result.reason or "")
        else:
            report.result(f"{task.source}: {result.reason}" if result.reason else f"{task.source} -> {task.target}")
        status = "planned" if result.status == "enhanced" else result.status
        report.record({**result.to_json(), "status": status, "style": style.name})
    counts = _counts(results)
    failures = f", {counts['failed']} would fail" if counts["failed"] else ""
    planned = counted(counts["enhanced"], "photo")
    report.say(f"{planned} to enhance, {counts['skipped']} skipped{failures}; nothing was written")
    return exit_code(results)


def print_result(result: TaskResult, style: Entry, piped: bool, report: Report) -> None:
    """Print what became of a photo. piped: the photo goes to standard output, so that no line may."""
    task, shown = result.task, result.task.source
    record = {name: _without_scratch(value, task) for name, value in result.to_json().items()}
    report.record(record | {"style": style.name})
    if result.status == "failed":
        report.complain(_without_scratch(result.reason or "", task))
    elif result.status == "skipped":
        report.detail(f"{shown}: {result.reason}")
    elif not piped:
        report.progress_line(_without_scratch(f"{shown} -> {task.target}", task))
    for warning in result.warnings:
        report.say(_without_scratch(f"{shown}: {warning}", task))


def print_summary(results: Sequence[TaskResult], style: Entry, strength: float, seconds: float, report: Report) -> None:
    """Print how many photos were enhanced, skipped and failed, and why the first was skipped."""
    counts = _counts(results)
    assert style.header is not None
    report.record(
        {
            "summary": counts,
            "style": style.name,
            "style_hash": style.header.hash,
            "strength": strength,
            "seconds": round(seconds, 3),
        }
    )
    parts = [f"{count} {status}" for status, count in counts.items() if count or status == "enhanced"]
    report.say(f"{', '.join(parts)} in {seconds:.1f} s")
    if counts["skipped"] and not report.verbose:
        first = next(result for result in results if result.status == "skipped")
        more = f" (+{counts['skipped'] - 1} more; -v lists all)" if counts["skipped"] > 1 else ""
        report.say(f"{first.task.source}: {first.reason}{more}")


def _expected_result(task: Task) -> TaskResult:
    if not task.is_work:
        return result_without_work(task)
    if not os.path.exists(task.source):
        return TaskResult.failed(task, PhotoError(f"{task.source}: no such file"))
    return TaskResult(task, "enhanced")


def _counts(results: Sequence[TaskResult]) -> dict[str, int]:
    return {status: sum(r.status == status for r in results) for status in ("enhanced", "skipped", "failed")}


def _without_scratch(value: Any, task: Task) -> Any:
    """Return a text with the temporary file of standard input named as that; any other value as it is."""
    return value.replace(str(task.source), SCRATCH) if task.source.name == SCRATCH and isinstance(value, str) else value
