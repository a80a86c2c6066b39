"""Which photos `uegan enhance` reads, and which files it writes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...jobs.inputs import find_enhanced, find_inputs
from ...jobs.plan import ExistingPolicy, Naming, Task, format_of, plan
from ..shared.output import Report
from .request import EnhanceRequest

if TYPE_CHECKING:
    from ...styles.store import Entry


def plan_tasks(request: EnhanceRequest, style: Entry, report: Report) -> list[Task]:
    """Return a task for each photo that was named, in order. Raises NoInputError, UsageError."""
    found = find_inputs(
        request.photos,
        request.listed,
        recursive=request.recursive,
        include=request.include,
        exclude=request.exclude,
    )
    for name in found.empty:
        report.say(f"{name}: no photos here")
    naming = Naming(style.name, request.output, request.result_format, request.in_place)
    existing = ExistingPolicy(request.force, request.update, request.again)
    tasks = plan(found.photos, naming, existing, find_enhanced(found.photos))
    if request.sheet is not None:
        _check_sheet(request.sheet, tasks, request.force)
    return tasks


def _check_sheet(path: Path, tasks: Sequence[Task], force: bool) -> None:
    """Raise UsageError if the sheet would replace anything but an older sheet.

    A glob after --sheet makes the shell name a photo as the sheet.
    """
    from ...photo.provenance import read_mark

    if format_of(path) is None:
        raise UsageError(f"{path}: a contact sheet is an image; choose a name that ends in .jpg or .png")
    taken = [task.target for task in tasks] + [task.source for task in tasks if task.is_work]
    if os.path.realpath(path) in map(os.path.realpath, taken):
        raise UsageError(f"{path}: is one of the photos or results; choose another name for the sheet")
    if os.path.isfile(path) and not force and read_mark(path) is None:
        raise UsageError(f"{path}: exists and was not made by uegan; --force replaces it")
