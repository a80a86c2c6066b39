"""`uegan batch`: enhance a whole tree, as a job that can be stopped and continued."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ..shared import options
from ..shared.output import Report
from .request import BatchRequest

OUTPUT, JOB = options.OUTPUT, "The job"

EXAMPLES = options.examples(
    (
        "a whole archive; the same command continues after Ctrl-C or a power cut",
        "uegan batch ~/Pictures ~/Enhanced -s mine",
    ),
    ("what would be done", "uegan batch ~/Pictures ~/Enhanced -s mine --dry-run"),
    ("a folder that photos keep arriving in", "uegan batch incoming done -s mine --watch"),
    ("all GPUs of this machine", "uegan batch ~/Pictures ~/Enhanced --device all --report report.html"),
)


def batch(
    source: Annotated[
        str, typer.Argument(metavar="SRC", show_default=False, help="A folder or a URL (s3://…) with photos.")
    ],
    destination: Annotated[
        str, typer.Argument(metavar="DST", show_default=False, help="Where to write results, under the same names.")
    ],
    style: options.Style = "natural",
    strength: options.Strength = 1.0,
    format: options.Format = None,
    quality: options.Quality = None,
    metadata: options.Metadata = "all",
    preserve: options.Preserve = False,
    copy_others: Annotated[
        bool,
        typer.Option(
            "--copy-others", rich_help_panel=OUTPUT, help="Also copy other files and photos already enhanced."
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", "-f", rich_help_panel=OUTPUT, help="Replace files in DST that this job did not write."),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", rich_help_panel=OUTPUT, help="Write a report on all photos: .html or .csv."
        ),
    ] = None,
    include: options.Include = None,
    exclude: options.Exclude = None,
    first_frame: options.FirstFrame = False,
    max_pixels: options.MaxPixels = None,
    checksum: Annotated[
        bool,
        typer.Option("--checksum", rich_help_panel=JOB, help="Detect changed photos by content, not size and time."),
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", rich_help_panel=JOB, help="Retry photos that failed before.")
    ] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", rich_help_panel=JOB, help="Keep running and enhance photos as they arrive in SRC."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", rich_help_panel=JOB, help="Show what would be done, and stop.")
    ] = False,
    device: Annotated[
        str,
        typer.Option(
            "--device",
            envvar="UEGAN_DEVICE",
            metavar="auto|all|cpu|cuda:0,cuda:1|mps",
            rich_help_panel=options.NETWORK,
            help="Where to run the network; several GPUs share the photos.",
        ),
    ] = "auto",
    jobs: options.Jobs = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option("--engine", rich_help_panel=options.NETWORK, help="Run on this machine, or on a Ray cluster."),
    ] = "local",
    ray_address: Annotated[
        str,
        typer.Option(
            "--ray-address",
            envvar="UEGAN_RAY_ADDRESS",
            metavar="auto|local|HOST:PORT",
            rich_help_panel=options.NETWORK,
            help="The address of the cluster.",
        ),
    ] = "auto",
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColour = False,
) -> None:
    """Apply a style to a whole tree: continues where it stopped, can be killed at any moment, does nothing twice."""
    from .run import run_batch

    request = BatchRequest(
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
    code = run_batch(request, Report(json, quiet, verbose))
    if code:
        raise typer.Exit(code)
