"""`uegan enhance`: enhance the photos that are named, now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..shared import options
from ..shared.output import Report
from .request import EnhanceRequest, read_names
from .run import enhance_photos

WHICH, OUTPUT, NETWORK = options.WHICH, options.OUTPUT, options.NETWORK

EXAMPLES = options.examples(
    ("in the built-in style; writes holiday_natural.jpg next to it", "uegan enhance holiday.jpg"),
    ("a folder and its subfolders, in your own style", "uegan enhance photos -r -s mine -o enhanced"),
    ("camera raws, as TIFF with 16 bits per channel", "uegan enhance '*.nef' --format tiff"),
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
            help="Photos, folders or globs; - is standard input. "
            "If a raw and a JPEG share a name, only the JPEG is used.",
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
            help="Where to write results. Without it: next to the photo, as NAME_STYLE.",
        ),
    ] = None,
    in_place: Annotated[
        bool,
        typer.Option(
            "--in-place",
            rich_help_panel=OUTPUT,
            help="Replace the photo; keep the original as NAME.jpg_original.",
        ),
    ] = False,
    format: options.Format = None,
    quality: options.Quality = None,
    metadata: options.Metadata = "all",
    preserve: options.Preserve = False,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", metavar="FILE", rich_help_panel=OUTPUT, help="Also write a contact sheet, before and after."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", rich_help_panel=OUTPUT, help="Replace existing results.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option("--update", "-u", rich_help_panel=OUTPUT, help="Replace results older than their photo."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", rich_help_panel=OUTPUT, help="Also enhance results of uegan once more.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", "-n", rich_help_panel=OUTPUT, help="Show what would be done, and stop."),
    ] = False,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    files_from: Annotated[
        str | None,
        typer.Option("--files-from", metavar="FILE|-", rich_help_panel=WHICH, help="Read names of photos from a list."),
    ] = None,
    null: Annotated[
        bool,
        typer.Option("--null", "-0", rich_help_panel=WHICH, help="Names in the list end in zero bytes, not newlines."),
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
            help="Run the network at full resolution. Slow; needs a GPU.",
        ),
    ] = False,
    jobs: options.Jobs = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColour = False,
) -> None:
    """Apply a style to photos at full resolution, everything else in the file unchanged."""
    request = EnhanceRequest(
        photos=tuple(photos or ()),
        listed=read_names(files_from, null),
        style=style,
        strength=strength,
        output=output,
        in_place=in_place,
        format=options.FORMAT_NAMES[format] if format else None,
        quality=quality,
        metadata=metadata,
        preserve=preserve,
        sheet=sheet,
        force=force,
        update=update,
        again=again,
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
        json=json,
    )
    code = enhance_photos(request, Report(json, quiet, verbose))
    if code:
        raise typer.Exit(code)
