"""What is read and what is written, decided before any work is done."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import PhotoError, UeganError, UsageError
from ..photo.suffixes import SUFFIXES, WRITABLE, format_by_name, raws_with_photos
from .inputs import Input

_RAW_BECOMES = "JPEG"
_OTHER_PICTURES = {".gif", ".bmp", ".jp2", ".jxl", ".psd", ".svg", ".pdf", ".mp4"}
"""Nobody calls a folder so: -o with such a name means a file."""


@dataclass(frozen=True)
class Task:
    """One photo: read `source`, write `target`; `skip` says why it is left alone, if it is.

    backup: where the photo's first state is kept when it is replaced in place. problem: why it cannot be done, where
    that is known before. job: what a batch knows the work by; goes into the result's mark. fresh: a photo that proves
    to be a result of uegan is left alone.
    """

    source: Path
    target: Path
    skip: str | None = None
    backup: Path | None = None
    problem: UeganError | None = None
    job: str = ""
    fresh: bool = False

    @property
    def is_work(self) -> bool:
        return self.skip is None and self.problem is None

    @property
    def before(self) -> Path:
        """Where the photo as it was can be read when the work is done."""
        return self.backup or self.source


@dataclass(frozen=True)
class Naming:
    """Where results go. style: goes into names. output: -o. format: one that can be written, where it was asked for."""

    style: str
    output: Path | None = None
    format: str | None = None
    in_place: bool = False


@dataclass(frozen=True)
class Existing:
    """What to do about what is there already. force, update: outputs that exist. again: inputs that uegan has made."""

    force: bool = False
    update: bool = False
    again: bool = False


def plan(inputs: Sequence[Input], naming: Naming, existing: Existing, enhanced_with: dict[Path, str]) -> list[Task]:
    """A task for each input, in order. Raises UsageError where two would write one file, or one over an input.

    enhanced_with: the style of every input that carries uegan's mark.
    """
    _check_output(inputs, naming)
    pairs = raws_with_photos(photo.path for photo in inputs)
    tasks = []
    for photo in inputs:
        target = photo.path if naming.in_place else target_of(photo, naming, len(inputs))
        style = enhanced_with.get(photo.path)
        if photo.problem is not None:
            tasks.append(Task(photo.path, photo.path, problem=PhotoError(f"{photo.path}: {photo.problem}")))
        elif photo.path in pairs:
            tasks.append(Task(photo.path, target, _photo_instead(photo.path, pairs[photo.path])))
        elif naming.in_place:
            tasks.append(_in_place(photo.path, style, existing))
        else:
            tasks.append(_beside(photo.path, target, style, existing))
    tasks = tasks if existing.again else _results_left_alone(tasks)
    _refuse_collisions(tasks, naming.in_place)
    return tasks


def target_of(photo: Input, naming: Naming, count: int = 1) -> Path:
    """Where the result of one of `count` inputs goes: -o FILE, or `{stem}_{style}{ext}` in -o DIR or beside it."""
    if naming.output is not None and _is_file(photo, naming.output, count):
        return naming.output
    suffix, promised = photo.path.suffix, format_by_name(photo.path)
    format = naming.format or (promised if promised in WRITABLE or promised is None else _RAW_BECOMES)
    if format is not None and format != promised:
        suffix = SUFFIXES[format][0]
    name = f"{photo.path.stem}_{naming.style}{suffix}"
    return photo.path.with_name(name) if naming.output is None else naming.output / photo.relative.with_name(name)


def format_of(output: Path | None) -> str | None:
    """The format that -o FILE asks for by its suffix, if photos can be written in it."""
    format = format_by_name(output) if output is not None and not os.path.isdir(output) else None
    return format if format in WRITABLE else None


def format_for(source: Path, format: str, target: Path) -> str:
    """What a photo of `format`, one that cannot be written, is written as: what the result is called, or a JPEG.

    Raises UsageError where it would replace the photo.
    """
    if os.path.realpath(source) == os.path.realpath(target):
        raise UsageError(f"{source}: {_not_in_place(format)}")
    return format_of(target) or _RAW_BECOMES


def _is_file(photo: Input, output: Path, count: int) -> bool:
    below_a_folder = photo.relative.parent != Path(".")
    return count == 1 and not below_a_folder and (os.path.isfile(output) or format_of(output) is not None)


def _check_output(inputs: Sequence[Input], naming: Naming) -> None:
    output = naming.output
    if output is None or os.path.isdir(output):
        return
    if format_by_name(output) not in (None, *WRITABLE) or output.suffix.lower() in _OTHER_PICTURES:
        endings = ", ".join(SUFFIXES[format][0] for format in WRITABLE)
        raise UsageError(f"{output}: photos are not written in this format; choose a name with {endings}")
    if len(inputs) > 1 and (os.path.exists(output) or format_of(output)):
        raise UsageError(f"{output}: is one file for {len(inputs)} photos; name a folder with -o")


def _photo_instead(raw: Path, photo: Path) -> str:
    return f"{photo.name} is the same shot, and taken instead; --include '*{raw.suffix}' takes raws alone"


def _beside(source: Path, target: Path, style: str | None, existing: Existing) -> Task:
    if style is not None and not existing.again:
        return Task(source, target, f"enhanced already with {style}; --again enhances it once more")
    made = _modified(target)
    if made is None or existing.force:
        return Task(source, target)
    if not existing.update:
        return Task(source, target, f"{target} exists; --force replaces it")
    newer = (_modified(source) or 0) > made
    return Task(source, target, None if newer else f"{target} is up to date")


def _in_place(path: Path, style: str | None, existing: Existing) -> Task:
    # A link stays a link: what it points to is replaced, and its first state kept beside that.
    real = Path(os.path.realpath(path))
    backup = real.with_name(f"{real.name}_original")
    if format_by_name(path) not in (None, *WRITABLE):
        return Task(path, path, problem=UsageError(f"{path}: {_not_in_place(format_by_name(path) or '')}"))
    if style is not None and existing.again:
        return Task(path, path)
    if style is None:
        return Task(path, path, backup=backup)
    if existing.force and backup.exists():
        return Task(backup, path)
    return Task(path, path, f"enhanced already with {style}; --force starts again from {backup.name}")


def _not_in_place(format: str) -> str:
    kind = "a camera raw" if format == "RAW" else f"a {format} file"
    return f"{kind} cannot be replaced, for none is ever written; leave out --in-place"


def _results_left_alone(tasks: Sequence[Task]) -> list[Task]:
    """Those results skipped, too, that carry no mark: what lies where the result of another input was found."""
    made = {_same(task.target): task for task in tasks if task.skip is not None}
    return [_left_alone(task, made.get(_same(task.source))) if task.is_work else task for task in tasks]


def _left_alone(task: Task, maker: Task | None) -> Task:
    if maker is None:
        return task
    return replace(task, skip=f"is taken for the result of {maker.source}; --again enhances it too")


def _refuse_collisions(tasks: Sequence[Task], in_place: bool) -> None:
    active = [task for task in tasks if task.is_work]
    inputs = {_same(task.source): task.source for task in active}
    outputs: dict[str, Path] = {}
    for task in active:
        key = _same(task.target)
        if key in outputs:
            both = f"{outputs[key]} and {task.source} would both be written to {task.target}"
            raise UsageError(f"{both}; leave one out with --exclude, or name its output with -o")
        outputs[key] = task.source
        if key in inputs and not in_place:
            way_out = "--in-place does that" if inputs[key] == task.source else "name another output with -o"
            raise UsageError(f"{task.target}: would be written over an input; {way_out}")


def _modified(path: Path) -> int | None:
    """When it was, in nanoseconds; None where nothing can be found out, so that writing tells what is wrong."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _same(path: Path) -> str:
    """The same text for two paths exactly if they lead to one file."""
    text = os.path.normcase(os.path.realpath(path))
    # A Mac's disks take no notice of case, nor of how an accented letter is put together.
    return unicodedata.normalize("NFC", text).casefold() if sys.platform == "darwin" else text
