"""`uegan enhance`: the photos you name, now."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import PhotoError, StyleError, UeganError, UsageError
from ..jobs.inputs import Input, find_inputs, read_list
from ..jobs.plan import Existing, Naming, Task, format_of, plan
from ..jobs.results import Result, exit_code, failed, unworked
from . import options
from .report import Report, counted
from .streams import SCRATCH, STREAM, standard_input, standard_output

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer
    from ..photo.photo import Keep
    from ..styles.store import Entry

WHICH, OUTPUT, NETWORK = "Which photos", "Output", options.NETWORK

EXAMPLES = options.examples(
    ("in the built-in style; writes holiday_natural.jpg beside it", "uegan enhance holiday.jpg"),
    ("a folder and all below it, in a style of your own", "uegan enhance photos -r -s mine -o enhanced"),
    ("camera raws, as TIFF with 16 bits a channel", "uegan enhance '*.nef' --format tiff"),
    (
        "the files of a list, with one JSON object each",
        "find . -name '*.jpg' -print0 | uegan enhance -0 --files-from - --json",
    ),
)


FORMAT_NAMES = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WEBP", "avif": "AVIF", "heic": "HEIF"}
"""What --format says, in the names of `photo`."""


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


def enhance(
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PHOTO",
            show_default=False,
            help="Photos, folders, globs; - is standard input. Of a camera raw and a JPEG of the same name, the JPEG.",
        ),
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
        Literal["jpeg", "png", "tiff", "webp", "avif", "heic"] | None,
        typer.Option(
            "--format",
            envvar="UEGAN_FORMAT",
            metavar="FORMAT",
            rich_help_panel=OUTPUT,
            help="jpeg, png, tiff, webp, avif or heic. Without it: the photo's own; jpeg for raws.",
        ),
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
            help="For jpeg, webp, avif and heic. Without it: the photo's own.",
        ),
    ] = None,
    metadata: Annotated[
        Literal["all", "no-gps", "none"],
        typer.Option(
            "--metadata", envvar="UEGAN_METADATA", rich_help_panel=OUTPUT, help="How much results tell besides pixels."
        ),
    ] = "all",
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
    first_frame: Annotated[
        bool,
        typer.Option(
            "--first-frame", rich_help_panel=WHICH, metavar="", help="Take the first picture of files with several."
        ),
    ] = False,
    max_pixels: Annotated[
        int | None,
        typer.Option(
            "--max-pixels",
            metavar="N",
            parser=options.pixel_count,
            envvar="UEGAN_MAX_PIXELS",
            rich_help_panel=WHICH,
            help="Refuse larger photos. Without it: 400M.",
        ),
    ] = None,
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
            help="Photos worked on at a time. Without it: by the number of cores.",
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
        photos=tuple(photos or ()),
        listed=tuple(read_list(files_from, null)) if files_from is not None else (),
        style=style,
        strength=strength,
        output=output,
        in_place=in_place,
        format=FORMAT_NAMES[format] if format else format_of(output),
        quality=quality,
        metadata=metadata,
        preserve=preserve,
        sheet=sheet,
        existing=Existing(force, update, again),
        dry_run=dry_run,
        recursive=recursive,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        first_frame=first_frame,
        max_pixels=max_pixels,
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
    tasks = _plan(request, style, report)
    if request.dry_run:
        return _say_plan(tasks, style, report)
    results = []
    for result in _results(request, style, tasks, report):
        _tell(result, request, style, report)
        results.append(result)
    code = exit_code(results)
    if request.sheet is not None:
        code = _write_sheet(request.sheet, request, style, results, report) or code
    _summarise(results, request, style, time.monotonic() - started, report)
    return code


def _check(request: Request, other_format: bool, json: bool) -> None:
    if request.in_place and (request.output is not None or other_format):
        raise UsageError("--in-place keeps a photo's name and format; leave out -o and --format")
    if request.in_place and request.strength == 0:
        raise UsageError("--strength 0 changes nothing, so that --in-place has nothing to write; leave out one")
    if request.existing.force and request.existing.update:
        raise UsageError("--force replaces every output and --update only older ones; choose one")
    if STREAM in request.photos and (len(request.photos + request.listed) > 1 or request.output is None):
        raise UsageError("- is one photo, from standard input, without a name; use it alone, with -o FILE or -o -")
    if request.output == Path(STREAM):
        if len(request.photos + request.listed) != 1 or json:
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


def _plan(request: Request, style: Entry, report: Report) -> list[Task]:
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
    tasks = plan(found.photos, naming, request.existing, _enhanced_with(found.photos))
    if request.sheet is not None:
        _check_sheet(request.sheet, tasks, request.existing.force)
    return tasks


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


def _say_plan(tasks: Sequence[Task], style: Entry, report: Report) -> int:
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


def _results(request: Request, style: Entry, tasks: Sequence[Task], report: Report) -> Iterator[Result]:
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
    from ..jobs import pipeline
    from ..photo.reading import MAX_PIXELS

    jobs = request.jobs or pipeline.enough_jobs(len(tasks))

    def enhancer() -> Enhancer:
        import torch

        from ..enhancement.devices import describe
        from ..enhancement.enhancer import Enhancer

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
    try:
        with report.bar(len(tasks), "photos") as advance, closing(run):
            for result in run:
                advance(result.task.source.name)
                yield result
                if request.fail_fast and result.status == "failed":
                    return
    except (KeyboardInterrupt, SystemExit):
        report.say("interrupted; what was written is whole, and the same command goes on with the rest")
        raise


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


def _check_sheet(path: Path, tasks: Sequence[Task], force: bool) -> None:
    """A sheet takes the place of an older one, and of no photo: a glob after --sheet names one."""
    from ..photo.metadata import read_mark

    if format_of(path) is None:
        raise UsageError(f"{path}: a sheet is a picture; choose a name with .jpg or .png")
    taken = [task.target for task in tasks] + [task.source for task in tasks if task.is_work]
    if os.path.realpath(path) in map(os.path.realpath, taken):
        raise UsageError(f"{path}: is one of the photos or results; choose another name for the sheet")
    if os.path.isfile(path) and not force and read_mark(path) is None:
        raise UsageError(f"{path}: exists and is no sheet of uegan's; --force replaces it")


def _write_sheet(path: Path, request: Request, style: Entry, results: Iterable[Result], report: Report) -> int:
    """The sheet of what was enhanced; the exit code. What became of the photos is to be told in any case."""
    from ..photo.xmp import Mark
    from .sheet import MOST, read_row, write_sheet

    assert style.header is not None
    done = [result.task for result in results if result.status == "enhanced"]
    if not done:
        return 0
    try:
        rows = [read_row(task.source.name, task.before, task.target, request.max_pixels) for task in done[:MOST]]
        write_sheet(path, rows, mark=Mark(style.name, style.header.hash, request.strength))
    except UeganError as error:
        report.complain(str(error))
        return error.exit_code
    left_out = f" (the first {MOST} of {len(done)} photos)" if len(done) > MOST else ""
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
