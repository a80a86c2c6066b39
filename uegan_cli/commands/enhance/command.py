"""`uegan enhance`: the photos you name, now."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ...errors import UsageError
from ...jobs.inputs import read_list
from ...jobs.plan import Existing, format_of
from ..shared import options
from ..shared.output import Report
from ..shared.streams import STREAM, standard_input, standard_output
from .request import Request
from .run import perform

WHICH, OUTPUT, NETWORK = options.WHICH, options.OUTPUT, options.NETWORK

EXAMPLES = options.examples(
    ("in the built-in style; writes holiday_natural.jpg beside it", "uegan enhance holiday.jpg"),
    ("a folder and all below it, in a style of your own", "uegan enhance photos -r -s mine -o enhanced"),
    ("camera raws, as TIFF with 16 bits a channel", "uegan enhance '*.nef' --format tiff"),
    (
        "the files of a list, with one JSON object each",
        "find . -name '*.jpg' -print0 | uegan enhance -0 --files-from - --json",
    ),
)


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
    strength: options.Strength = 1.0,
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
            help="Replace the photo; NAME.jpg_original keeps the first.",
        ),
    ] = False,
    format: options.Format = None,
    quality: options.Quality = None,
    metadata: options.Metadata = "all",
    preserve: options.Preserve = False,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="FILE", rich_help_panel=OUTPUT, help="Write a sheet of before and after too."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", rich_help_panel=OUTPUT, help="Replace outputs that exist.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option("--update", "-u", rich_help_panel=OUTPUT, help="Replace outputs older than their photo."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", rich_help_panel=OUTPUT, help="Enhance uegan's own results once more.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", "-n", rich_help_panel=OUTPUT, help="Say what would be done, and stop."),
    ] = False,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    files_from: Annotated[
        str | None,
        typer.Option("--files-from", metavar="FILE|-", rich_help_panel=WHICH, help="Read a list of photos."),
    ] = None,
    null: Annotated[
        bool,
        typer.Option("--null", "-0", rich_help_panel=WHICH, help="The list's names end in zero bytes, not lines."),
    ] = False,
    first_frame: options.FirstFrame = False,
    max_pixels: options.MaxPixels = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", rich_help_panel=WHICH, help="Stop at the first photo that fails.")
    ] = False,
    device: options.Device = "auto",
    full_network: Annotated[
        bool,
        typer.Option(
            "--full-network",
            rich_help_panel=NETWORK,
            help="Run the network at full size. Slow; needs a GPU.",
        ),
    ] = False,
    jobs: options.Jobs = None,
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
        format=options.FORMAT_NAMES[format] if format else format_of(output),
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
