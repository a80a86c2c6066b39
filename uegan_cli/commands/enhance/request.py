"""What `uegan enhance` was asked for, and what comes of it: which photos become which files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import PhotoError, StyleError, UsageError
from ...jobs.inputs import enhanced_with, find_inputs
from ...jobs.plan import Existing, Naming, Task, format_of, plan
from ...jobs.results import Result, exit_code, failed, unworked
from ..shared.output import Report, counted

if TYPE_CHECKING:
    from ...photo.photo import Keep
    from ...styles.store import Entry


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line. listed: by --files-from. piped: the result goes to standard output."""

    photos: tuple[str, ...]
    listed: tuple[str, ...]
    style: str
    strength: float
    output: Path | None
    in_place: bool
    format: str | None
    quality: int | None
    metadata: Keep
    preserve: bool
    sheet: Path | None
    existing: Existing
    dry_run: bool
    recursive: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    first_frame: bool
    max_pixels: int | None
    fail_fast: bool
    device: str
    full_network: bool
    jobs: int | None
    piped: bool = False


def find_style(name: str) -> Entry:
    """A style, its weights not read yet. Raises StyleError."""
    from ...styles.store import entry

    found = entry(name)
    if found.header is None:
        raise StyleError(found.problem)
    return found


def make_plan(request: Request, style: Entry, report: Report) -> list[Task]:
    """What is to become of each photo that was named."""
    found = find_inputs(
        request.photos,
        request.listed,
        recursive=request.recursive,
        include=request.include,
        exclude=request.exclude,
    )
    for name in found.empty:
        report.say(f"{name}: no photos here")
    naming = Naming(style.name, request.output, request.format, request.in_place)
    tasks = plan(found.photos, naming, request.existing, enhanced_with(found.photos))
    if request.sheet is not None:
        _check_sheet(request.sheet, tasks, request.existing.force)
    return tasks


def _check_sheet(path: Path, tasks: Sequence[Task], force: bool) -> None:
    """A sheet takes the place of an older one, and of no photo: a glob after --sheet names one."""
    from ...photo.provenance import read_mark

    if format_of(path) is None:
        raise UsageError(f"{path}: a sheet is a picture; choose a name with .jpg or .png")
    taken = [task.target for task in tasks] + [task.source for task in tasks if task.is_work]
    if os.path.realpath(path) in map(os.path.realpath, taken):
        raise UsageError(f"{path}: is one of the photos or results; choose another name for the sheet")
    if os.path.isfile(path) and not force and read_mark(path) is None:
        raise UsageError(f"{path}: exists and is no sheet of uegan's; --force replaces it")


def say_plan(tasks: Sequence[Task], style: Entry, report: Report) -> int:
    """What a dry run says. Photos are not read for it: whether they are whole shows when they are enhanced."""
    results = [_foreseen(task) for task in tasks]
    for result in results:
        task = result.task
        if result.status == "failed":
            report.complain(result.reason or "")
        else:
            report.result(f"{task.source}: {result.reason}" if result.reason else f"{task.source} -> {task.target}")
        status = "planned" if result.status == "enhanced" else result.status
        report.record({**result.to_json(), "status": status, "style": style.name})
    counts = [sum(result.status == status for result in results) for status in ("enhanced", "skipped", "failed")]
    fail = f" and {counts[2]} would fail" if counts[2] else ""
    report.say(f"{counted(counts[0], 'photo')} would be enhanced, {counts[1]} skipped{fail}; nothing was written")
    return exit_code(results)


def _foreseen(task: Task) -> Result:
    if not task.is_work:
        return unworked(task)
    if not os.path.exists(task.source):
        return failed(task, PhotoError(f"{task.source}: no such file"))
    return Result(task, "enhanced")
