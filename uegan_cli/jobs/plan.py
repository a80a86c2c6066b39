"""What is read and what is written, decided before any work is done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from .inputs import SUFFIXES, Input

_UNWRITABLE = {".tif", ".tiff", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp", ".jp2", ".jxl", ".dng"}


@dataclass(frozen=True)
class Task:
    """One photo: read `source`, write `target`; `skip` says why it is left alone, if it is.

    backup: where the photo's first state is kept when it is replaced in place.
    """

    source: Path
    target: Path
    skip: str | None = None
    backup: Path | None = None

    @property
    def before(self) -> Path:
        """Where the photo as it was can be read when the work is done."""
        return self.backup or self.source


@dataclass(frozen=True)
class Naming:
    """Where results go. style: goes into names. output: -o. format: --format, "JPEG" or "PNG"."""

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
    tasks = []
    for photo in inputs:
        style = enhanced_with.get(photo.path)
        if naming.in_place:
            tasks.append(_in_place(photo.path, style, existing))
        else:
            tasks.append(_beside(photo.path, target_of(photo, naming, len(inputs)), style, existing))
    _refuse_collisions(tasks, naming.in_place)
    return tasks


def target_of(photo: Input, naming: Naming, count: int = 1) -> Path:
    """Where the result of one of `count` inputs goes: -o FILE, or `{stem}_{style}{ext}` in -o DIR or beside it."""
    if naming.output is not None and _is_file(photo, naming.output, count):
        return naming.output
    suffix = photo.path.suffix
    if naming.format is not None and suffix.lower() not in SUFFIXES[naming.format]:
        suffix = SUFFIXES[naming.format][0]
    name = f"{photo.path.stem}_{naming.style}{suffix}"
    return photo.path.with_name(name) if naming.output is None else naming.output / photo.relative.with_name(name)


def format_of(output: Path | None) -> str | None:
    """The format that -o FILE asks for by its suffix."""
    suffix = output.suffix.lower() if output is not None and not output.is_dir() else ""
    return next((format for format, suffixes in SUFFIXES.items() if suffix in suffixes), None)


def _is_file(photo: Input, output: Path, count: int) -> bool:
    below_a_folder = photo.relative.parent != Path(".")
    return count == 1 and not below_a_folder and (output.is_file() or format_of(output) is not None)


def _check_output(inputs: Sequence[Input], naming: Naming) -> None:
    output = naming.output
    if output is None or output.is_dir():
        return
    if output.suffix.lower() in _UNWRITABLE:
        raise UsageError(f"{output}: photos are written as JPEG or PNG; end the name with .jpg or .png")
    if len(inputs) > 1 and (output.exists() or format_of(output)):
        raise UsageError(f"{output}: is one file for {len(inputs)} photos; name a folder with -o")


def _beside(source: Path, target: Path, style: str | None, existing: Existing) -> Task:
    if style is not None and not existing.again:
        return Task(source, target, f"enhanced already with {style}; --again enhances it once more")
    if not target.exists() or existing.force:
        return Task(source, target)
    if not existing.update:
        return Task(source, target, f"{target} exists; --force replaces it")
    newer = source.exists() and source.stat().st_mtime_ns > target.stat().st_mtime_ns
    return Task(source, target, None if newer else f"{target} is up to date")


def _in_place(path: Path, style: str | None, existing: Existing) -> Task:
    # A link stays a link: what it points to is replaced, and its first state kept beside that.
    real = Path(os.path.realpath(path))
    backup = real.with_name(f"{real.name}_original")
    if style is not None and existing.again:
        return Task(path, path)
    if style is None:
        return Task(path, path, backup=backup)
    if existing.force and backup.exists():
        return Task(backup, path)
    return Task(path, path, f"enhanced already with {style}; --force starts again from {backup.name}")


def _refuse_collisions(tasks: Sequence[Task], in_place: bool) -> None:
    active = [task for task in tasks if task.skip is None]
    inputs = {_same(task.source): task.source for task in active}
    outputs: dict[str, Path] = {}
    for task in active:
        key = _same(task.target)
        if key in outputs:
            raise UsageError(f"{outputs[key]} and {task.source} would both be written to {task.target}")
        outputs[key] = task.source
        if key in inputs and not in_place:
            way_out = "--in-place does that" if inputs[key] == task.source else "name another output with -o"
            raise UsageError(f"{task.target}: would be written over an input; {way_out}")


def _same(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))
