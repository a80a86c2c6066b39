"""`uegan enhance`: the photos you name, now."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import PhotoError, StyleError, UsageError
from ..jobs.inputs import Input, find_inputs, read_list
from ..jobs.plan import Existing, Naming, Task, format_of, plan
from ..jobs.results import Result, exit_code, skipped
from . import options
from .report import Report, counted
from .streams import STREAM, standard_input, standard_output

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer
    from ..styles.store import Entry

WHICH, OUTPUT, NETWORK = "Which photos", "Output", options.NETWORK

EXAMPLES = options.examples(
    ("in the built-in style; writes holiday_natural.jpg beside it", "uegan enhance holiday.jpg"),
    ("a folder and all below it, in a style of your own", "uegan enhance photos -r -s mine -o enhanced"),
    (
        "the files of a list, with one JSON object each",
        "find . -name '*.jpg' -print0 | uegan enhance -0 --files-from - --json",
    ),
)


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line. piped: the result goes to standard output."""

    photos: tuple[str, ...]
    style: str
    strength: float
    output: Path | None
    in_place: bool
    format: str | None
    quality: int | None
    preserve: bool
    sheet: Path | None
    existing: Existing
    dry_run: bool
    recursive: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    fail_fast: bool
    device: str
    full_network: bool
    jobs: int | None
    piped: bool = False


def enhance(
    photos: Annotated[
        list[str] | None,
        typer.Argument(metavar="PHOTO", show_default=False, help="Photos, folders, globs; - is standard input."),
    ] = None,
    style: options.Style = "natural",
    strength: Annotated[
        float,
        typer.Option("--strength", min=0, max=1, envvar="UEGAN_STRENGTH", metavar="X", help="How much of the style."),
    ] = 1.0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|DIR|-",
            rich_help_panel=OUTPUT,
            help="Where results go. Without it: beside the photo, as NAME_STYLE.",
        ),
    ] = None,
    in_place: Annotated[
        bool,
        typer.Option(
            "--in-place",
            rich_help_panel=OUTPUT,
            metavar="",
            help="Replace the photo; NAME.jpg_original keeps the first.",
        ),
    ] = False,
    format: Annotated[
        Literal["jpeg", "png"] | None,
        typer.Option("--format", rich_help_panel=OUTPUT, help="Write this format instead of the photo's."),
    ] = None,
    quality: Annotated[
        int | None,
        typer.Option(
            "--quality",
            metavar="N",
            min=1,
            max=100,
            envvar="UEGAN_QUALITY",
            rich_help_panel=OUTPUT,
            help="JPEG quality. Without it: the photo's own.",
        ),
    ] = None,
    preserve: Annotated[
        bool,
        typer.Option("--preserve", rich_help_panel=OUTPUT, metavar="", help="Give results the photo's date and time."),
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="FILE", rich_help_panel=OUTPUT, help="Write a sheet of before and after too."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", rich_help_panel=OUTPUT, metavar="", help="Replace outputs that exist.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option(
            "--update", "-u", rich_help_panel=OUTPUT, metavar="", help="Replace outputs older than their photo."
        ),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", rich_help_panel=OUTPUT, metavar="", help="Enhance uegan's own results once more.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", "-n", rich_help_panel=OUTPUT, metavar="", help="Say what would be done, and stop."),
    ] = False,
    recursive: Annotated[
        bool,
        typer.Option(
            "--recursive", "-r", rich_help_panel=WHICH, metavar="", help="Search folders with all below them."
        ),
    ] = False,
    include: Annotated[
        list[str] | None,
        typer.Option("--include", metavar="GLOB", rich_help_panel=WHICH, help="Only these names or paths."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="GLOB", rich_help_panel=WHICH, help="None of these names or paths."),
    ] = None,
    files_from: Annotated[
        str | None,
        typer.Option("--files-from", metavar="FILE|-", rich_help_panel=WHICH, help="Read a list of photos."),
    ] = None,
    null: Annotated[
        bool,
        typer.Option(
            "--null", "-0", rich_help_panel=WHICH, metavar="", help="The list's names end in zero bytes, not lines."
        ),
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", rich_help_panel=WHICH, metavar="", help="Stop at the first photo that fails.")
    ] = False,
    device: options.Device = "auto",
    full_network: Annotated[
        bool,
        typer.Option(
            "--full-network",
            rich_help_panel=NETWORK,
            metavar="",
            help="Run the network at full size. Slow; needs a GPU.",
        ),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=1,
            max=64,
            envvar="UEGAN_JOBS",
            rich_help_panel=NETWORK,
            help="Photos read ahead, and written behind, the network.",
        ),
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColour = False,
) -> None:
    """Put a style on photos, at their full size, with all else in the files as it was."""
    if null and files_from is None:
        raise UsageError("-0 says how the list of --files-from is written; add --files-from")
    request = Request(
        photos=(*(photos or ()), *(read_list(files_from, null) if files_from is not None else ())),
        style=style,
        strength=strength,
        output=output,
        in_place=in_place,
        format=format.upper() if format else format_of(output),
        quality=quality,
        preserve=preserve,
        sheet=sheet,
        existing=Existing(force, update, again),
        dry_run=dry_run,
        recursive=recursive,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        fail_fast=fail_fast,
        device=device,
        full_network=full_network,
        jobs=jobs,
    )
    _check(request, format is not None, json)
    with ExitStack() as streams:
        code = perform(_without_streams(request, streams), Report(json, quiet, verbose))
    if code:
        raise typer.Exit(code)


def perform(request: Request, report: Report) -> int:
    """Do what was asked for and report it; the exit code."""
    started = time.monotonic()
    style = _style(request.style)
    tasks = _plan(request, style)
    if request.dry_run:
        _say_plan(tasks, report)
        return 0
    results = []
    for result in _results(request, style, tasks, report):
        _tell(result, request, report)
        results.append(result)
    if request.sheet is not None:
        _write_sheet(request.sheet, results, report)
    _summarise(results, request, style, time.monotonic() - started, report)
    return exit_code(results)


def _check(request: Request, other_format: bool, json: bool) -> None:
    if request.in_place and (request.output is not None or other_format):
        raise UsageError("--in-place keeps a photo's name and format; leave out -o and --format")
    if request.existing.force and request.existing.update:
        raise UsageError("--force replaces every output and --update only older ones; choose one")
    if STREAM in request.photos and (len(request.photos) > 1 or request.output is None):
        raise UsageError("- is one photo, from standard input, without a name; use it alone, with -o FILE or -o -")
    if request.output == Path(STREAM):
        if len(request.photos) != 1 or json:
            raise UsageError("-o - writes one photo to standard output; name one photo, without --json")
        if sys.stdout.isatty():
            raise UsageError("-o - would fill the terminal with a photo; redirect standard output to a file or program")


def _without_streams(request: Request, streams: ExitStack) -> Request:
    """The request with files in the place of standard input and output."""
    if request.output == Path(STREAM):
        request = replace(request, output=streams.enter_context(standard_output()), piped=True)
    if STREAM in request.photos:
        photo = streams.enter_context(standard_input())
        request = replace(request, photos=(str(photo),), existing=replace(request.existing, again=True))
    return request


def _style(name: str) -> Entry:
    from ..styles.store import entry

    found = entry(name)
    if found.header is None:
        raise StyleError(found.problem)
    return found


def _plan(request: Request, style: Entry) -> list[Task]:
    inputs = find_inputs(request.photos, recursive=request.recursive, include=request.include, exclude=request.exclude)
    naming = Naming(style.name, request.output, request.format, request.in_place)
    return plan(inputs, naming, request.existing, _enhanced_with(inputs))


def _enhanced_with(inputs: Sequence[Input]) -> dict[Path, str]:
    """The style of every photo that is a result of uegan."""
    from ..photo.metadata import read_mark

    styles = {}
    for photo in inputs:
        try:
            mark = read_mark(photo.path)
        except PhotoError:
            # Reading the photo will say what is wrong with it.
            continue
        if mark is not None:
            styles[photo.path] = mark.style
    return styles


def _say_plan(tasks: Sequence[Task], report: Report) -> None:
    for task in tasks:
        report.result(f"{task.source}: {task.skip}" if task.skip else f"{task.source} -> {task.target}")
        status = "skipped" if task.skip else "planned"
        report.record({"input": str(task.source), "output": str(task.target), "status": status, "reason": task.skip})
    count = sum(task.skip is None for task in tasks)
    report.say(f"{counted(count, 'photo')} would be enhanced and {len(tasks) - count} skipped; nothing was written")


def _results(request: Request, style: Entry, tasks: Sequence[Task], report: Report) -> Iterator[Result]:
    """What is skipped, and then what is done: torch is not even loaded where there is nothing to do."""
    yield from (skipped(task) for task in tasks if task.skip is not None)
    active = [task for task in tasks if task.skip is None]
    if active:
        yield from _enhanced(request, style, active, report)


def _enhanced(request: Request, style: Entry, tasks: Sequence[Task], report: Report) -> Iterator[Result]:
    from ..jobs import pipeline

    def enhancer() -> Enhancer:
        from ..enhancement.devices import describe
        from ..enhancement.enhancer import Enhancer

        made = Enhancer(style.path, device=request.device, strength=request.strength, full_network=request.full_network)
        report.say(f"Enhancing {counted(len(tasks), 'photo')} with {style.name} on {describe(made.device)}")
        return made

    encoding = pipeline.Encoding(request.quality, request.format, request.preserve)
    jobs = request.jobs or 1
    try:
        with report.bar(len(tasks), "photos") as advance, closing(pipeline.run(tasks, enhancer, encoding, jobs)) as run:
            for result in run:
                advance(result.task.source.name)
                yield result
                if request.fail_fast and result.status == "failed":
                    return
    except (KeyboardInterrupt, SystemExit):
        report.say("interrupted; what was written is whole, and the same command goes on with the rest")
        raise


def _tell(result: Result, request: Request, report: Report) -> None:
    report.record(result.to_json())
    task, shown = result.task, result.task.source
    if result.status == "failed":
        report.complain(_without_scratch(result.reason or "", task))
    elif result.status == "skipped":
        report.detail(f"{shown}: {result.reason}")
    elif not request.piped:
        report.progress_line(f"{shown} -> {task.target}")
    for warning in result.warnings:
        report.say(_without_scratch(f"{shown}: {warning}", task))


def _without_scratch(text: str, task: Task) -> str:
    """What came from standard input is called that, not by where it lies for the moment."""
    return text.replace(f"{task.source.parent}{os.sep}standard input", "standard input")


def _write_sheet(path: Path, results: Iterable[Result], report: Report) -> None:
    from ..photo.reading import read_upright_srgb
    from .sheet import CELL, MOST, write_sheet

    done = [result.task for result in results if result.status == "enhanced"]
    if not done:
        return
    rows = [
        (task.source.name, read_upright_srgb(task.before, CELL), read_upright_srgb(task.target, CELL))
        for task in done[:MOST]
    ]
    write_sheet(path, rows)
    left_out = f" (the first {MOST} of {len(done)} photos)" if len(done) > MOST else ""
    report.say(f"{path}: before and after{left_out}")


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
    if counts["skipped"] and not counts["enhanced"]:
        first = next(result for result in results if result.status == "skipped")
        report.say(f"{first.task.source}: {first.reason}")
