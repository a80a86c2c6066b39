"""Plan of `enhance`: which photo is read, where its result is written, and what is skipped, before any work is done."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import PhotoError, UeganError, UsageError
from ..photo.suffixes import SUFFIXES, WRITABLE, format_by_name, raws_with_photos
from .backup import backup_path
from .inputs import InputPhoto

RAW_RESULT_FORMAT = "JPEG"
"""Format of a raw's result where none is asked for."""

_UNWRITABLE_SUFFIXES = {".gif", ".bmp", ".jp2", ".jxl", ".psd", ".svg", ".pdf", ".mp4"}
"""With such a suffix, -o means a file in a format that cannot be written, not a folder."""


@dataclass(frozen=True)
class Task:
    """One photo: read `source`, write `target`.

    skip: why it is left alone, if it is. problem: why it cannot be done, if that is known beforehand. backup: where the
    original is kept when it is replaced in place. work_key: see `batch.work_key`; empty for `enhance`.
    skip_enhanced: leave the photo alone if reading it shows that it is a result of uegan.
    """

    source: Path
    target: Path
    skip: str | None = None
    backup: Path | None = None
    problem: UeganError | None = None
    work_key: str = ""
    skip_enhanced: bool = False

    @property
    def is_work(self) -> bool:
        return self.skip is None and self.problem is None

    @property
    def before(self) -> Path:
        """Where the original can be read once the work is done."""
        return self.backup or self.source


@dataclass(frozen=True)
class Naming:
    """How results are named. style: part of the name. output: -o. format: a writable one that was asked for."""

    style: str
    output: Path | None = None
    format: str | None = None
    in_place: bool = False


@dataclass(frozen=True)
class ExistingPolicy:
    """How to treat existing files. force: replace outputs. update: replace older ones. again: enhance results again."""

    force: bool = False
    update: bool = False
    again: bool = False


def plan(
    inputs: Sequence[InputPhoto], naming: Naming, existing: ExistingPolicy, enhanced: Mapping[Path, str]
) -> list[Task]:
    """Return a task for each input, in order.

    enhanced: the inputs that are results of uegan, with their style; see `find_enhanced`. Raises UsageError if two
    tasks would write one file, or one would write over an input.
    """
    _check_output(inputs, naming)
    raws = raws_with_photos(photo.path for photo in inputs)
    tasks = []
    for photo in inputs:
        target = photo.path if naming.in_place else target_of(photo, naming, len(inputs))
        style = enhanced.get(photo.path)
        if photo.problem is not None:
            tasks.append(Task(photo.path, photo.path, problem=PhotoError(f"{photo.path}: {photo.problem}")))
        elif photo.path in raws:
            tasks.append(Task(photo.path, target, _skip_raw(photo.path, raws[photo.path])))
        elif naming.in_place:
            tasks.append(_in_place(photo.path, style, existing))
        else:
            tasks.append(_to_target(photo.path, target, style, existing))
    tasks = tasks if existing.again else _skip_results(tasks)
    _refuse_collisions(tasks, naming.in_place)
    return tasks


def target_of(photo: InputPhoto, naming: Naming, count: int = 1) -> Path:
    """Return where the result of one of `count` inputs goes.

    -o FILE, or `{stem}_{style}{suffix}` in -o DIR, or that beside the photo.
    """
    if naming.output is not None and _is_file(photo, naming.output, count):
        return naming.output
    suffix, by_name = photo.path.suffix, format_by_name(photo.path)
    format = naming.format or (by_name if by_name in WRITABLE or by_name is None else RAW_RESULT_FORMAT)
    if format is not None and format != by_name:
        suffix = SUFFIXES[format][0]
    name = f"{photo.path.stem}_{naming.style}{suffix}"
    return photo.path.with_name(name) if naming.output is None else naming.output / photo.relative.with_name(name)


def format_of(output: Path | None) -> str | None:
    """Return the format that -o FILE asks for by its suffix, or None if it asks for none that can be written."""
    format = format_by_name(output) if output is not None and not os.path.isdir(output) else None
    return format if format in WRITABLE else None


def format_for(source: Path, format: str, target: Path) -> str:
    """Return the format in which to write a photo whose own `format` cannot be written: the target's, or JPEG.

    Raises UsageError if the target is the photo itself.
    """
    if os.path.realpath(source) == os.path.realpath(target):
        raise UsageError(f"{source}: {_not_in_place(format)}")
    return format_of(target) or RAW_RESULT_FORMAT


def _is_file(photo: InputPhoto, output: Path, count: int) -> bool:
    """Return whether -o names a file for this photo, not a folder."""
    below_a_folder = photo.relative.parent != Path(".")
    return count == 1 and not below_a_folder and (os.path.isfile(output) or format_of(output) is not None)


def _check_output(inputs: Sequence[InputPhoto], naming: Naming) -> None:
    output = naming.output
    if output is None or os.path.isdir(output):
        return
    if format_by_name(output) not in (None, *WRITABLE) or output.suffix.lower() in _UNWRITABLE_SUFFIXES:
        endings = ", ".join(SUFFIXES[format][0] for format in WRITABLE)
        raise UsageError(f"{output}: photos cannot be written in this format; choose a name that ends in {endings}")
    if len(inputs) > 1 and (os.path.exists(output) or format_of(output)):
        raise UsageError(f"{output}: one file cannot hold {len(inputs)} photos; name a folder with -o")


def _skip_raw(raw: Path, photo: Path) -> str:
    return f"{photo.name} is the same shot and is used instead; --include '*{raw.suffix}' selects raws only"


def _to_target(source: Path, target: Path, style: str | None, existing: ExistingPolicy) -> Task:
    if style is not None and not existing.again:
        return Task(source, target, f"already enhanced with {style}; --again enhances it once more")
    target_time = _modification_time(target)
    if target_time is None or existing.force:
        return Task(source, target)
    if not existing.update:
        return Task(source, target, f"{target} exists; --force replaces it")
    newer = (_modification_time(source) or 0) > target_time
    return Task(source, target, None if newer else f"{target} is up to date")


def _in_place(path: Path, style: str | None, existing: ExistingPolicy) -> Task:
    backup = backup_path(path)
    if format_by_name(path) not in (None, *WRITABLE):
        return Task(path, path, problem=UsageError(f"{path}: {_not_in_place(format_by_name(path) or '')}"))
    if style is not None and existing.again:
        return Task(path, path)
    if style is None:
        return Task(path, path, backup=backup)
    if existing.force and backup.exists():
        return Task(backup, path)
    return Task(path, path, f"already enhanced with {style}; --force starts over from {backup.name}")


def _not_in_place(format: str) -> str:
    kind = "a camera raw" if format == "RAW" else f"a {format} file"
    return f"{kind} cannot be replaced, since uegan writes no such files; leave out --in-place"


def _skip_results(tasks: Sequence[Task]) -> list[Task]:
    """Skip also photos without a mark that lie where the result of another input was found."""
    result_of = {_same_file_key(task.target): task for task in tasks if task.skip is not None}
    return [_skip_result(task, result_of.get(_same_file_key(task.source))) if task.is_work else task for task in tasks]


def _skip_result(task: Task, maker: Task | None) -> Task:
    if maker is None:
        return task
    return replace(task, skip=f"seems to be the result of {maker.source}; --again enhances it too")


def _refuse_collisions(tasks: Sequence[Task], in_place: bool) -> None:
    active = [task for task in tasks if task.is_work]
    inputs = {_same_file_key(task.source): task.source for task in active}
    outputs: dict[str, Path] = {}
    for task in active:
        key = _same_file_key(task.target)
        if key in outputs:
            both = f"{outputs[key]} and {task.source} would both be written to {task.target}"
            raise UsageError(f"{both}; leave one out with --exclude, or name its output with -o")
        outputs[key] = task.source
        if key in inputs and not in_place:
            way_out = "use --in-place for that" if inputs[key] == task.source else "choose another output with -o"
            raise UsageError(f"{task.target}: would be written over an input; {way_out}")


def _modification_time(path: Path) -> int | None:
    """Return it in nanoseconds, or None where it cannot be determined: writing then reports the problem."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _same_file_key(path: Path) -> str:
    """Return a text that is equal for two paths exactly if they lead to the same file."""
    text = os.path.normcase(os.path.realpath(path))
    # macOS file systems ignore case and Unicode normalisation.
    return unicodedata.normalize("NFC", text).casefold() if sys.platform == "darwin" else text
