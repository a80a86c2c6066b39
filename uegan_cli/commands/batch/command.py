"""`uegan batch`: a job over a tree, that survives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...errors import UsageError
from ..shared import options
from ..shared.output import Report

if TYPE_CHECKING:
    from ...photo.photo import Keep

OUTPUT, JOB = options.OUTPUT, "The job"

EXAMPLES = options.examples(
    ("a whole archive; the same line goes on after Ctrl-C or a power cut", "uegan batch ~/Pictures ~/Enhanced -s mine"),
    ("what would be done", "uegan batch ~/Pictures ~/Enhanced -s mine --dry-run"),
    ("a folder that photos are put into, for ever", "uegan batch incoming done -s mine --watch"),
    ("all GPUs of this machine", "uegan batch ~/Pictures ~/Enhanced --device all --report report.html"),
)


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    source: str
    destination: str
    style: str
    strength: float
    format: str | None
    quality: int | None
    metadata: Keep
    preserve: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    first_frame: bool
    max_pixels: int | None
    copy_others: bool
    checksum: bool
    retry_failed: bool
    force: bool
    watch: bool
    dry_run: bool
    report: Path | None
    device: str
    jobs: int | None
    engine: Literal["local", "ray"]
    ray_address: str


def batch(
    source: Annotated[str, typer.Argument(metavar="SRC", show_default=False, help="A folder, or a URL (s3://…).")],
    destination: Annotated[
        str, typer.Argument(metavar="DST", show_default=False, help="Where results go, under the same names.")
    ],
    style: options.Style = "natural",
    strength: options.Strength = 1.0,
    format: options.Format = None,
    quality: options.Quality = None,
    metadata: options.Metadata = "all",
    preserve: options.Preserve = False,
    copy_others: Annotated[
        bool,
        typer.Option("--copy-others", rich_help_panel=OUTPUT, help="Copy what is no photo, or enhanced already."),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", "-f", rich_help_panel=OUTPUT, help="Replace files in DST that are not of this job."),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", rich_help_panel=OUTPUT, help="Write what became of all photos: .html or .csv."
        ),
    ] = None,
    include: options.Include = None,
    exclude: options.Exclude = None,
    first_frame: options.FirstFrame = False,
    max_pixels: options.MaxPixels = None,
    checksum: Annotated[
        bool, typer.Option("--checksum", rich_help_panel=JOB, help="Tell changed photos by content, not size and time.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", rich_help_panel=JOB, help="Try photos again that have failed.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", rich_help_panel=JOB, help="Go on for ever with photos that come into SRC.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", rich_help_panel=JOB, help="Say what would be done, and stop.")
    ] = False,
    device: Annotated[
        str,
        typer.Option(
            "--device",
            envvar="UEGAN_DEVICE",
            metavar="auto|all|cpu|cuda:0,cuda:1|mps",
            rich_help_panel=options.NETWORK,
            help="Where the network runs; several GPUs share the photos.",
        ),
    ] = "auto",
    jobs: options.Jobs = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option("--engine", rich_help_panel=options.NETWORK, help="This machine, or a Ray cluster."),
    ] = "local",
    ray_address: Annotated[
        str,
        typer.Option(
            "--ray-address",
            envvar="UEGAN_RAY_ADDRESS",
            metavar="auto|local|HOST:PORT",
            rich_help_panel=options.NETWORK,
            help="The cluster.",
        ),
    ] = "auto",
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColour = False,
) -> None:
    """Put a style on a whole tree: resumed by default, safe to kill at any moment, nothing done twice."""
    from .run import perform

    if report is not None and report.suffix.lower() not in (".html", ".htm", ".csv"):
        raise UsageError(f"{report}: a report is a page or a table; choose a name with .html or .csv")
    if watch and dry_run:
        raise UsageError("--watch goes on for ever and --dry-run does nothing; choose one")
    request = Request(
        source=source,
        destination=destination,
        style=style,
        strength=strength,
        format=options.FORMAT_NAMES[format] if format else None,
        quality=quality,
        metadata=metadata,
        preserve=preserve,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        first_frame=first_frame,
        max_pixels=max_pixels,
        copy_others=copy_others,
        checksum=checksum,
        retry_failed=retry_failed,
        force=force,
        watch=watch,
        dry_run=dry_run,
        report=report,
        device=device,
        jobs=jobs,
        engine=engine,
        ray_address=ray_address,
    )
    code = perform(request, Report(json, quiet, verbose))
    if code:
        raise typer.Exit(code)
