"""`uegan train`: the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ...styles.card import Card
from ..shared import options
from ..shared.command_line import options_given
from ..shared.output import Report
from . import run
from .request import TrainRequest, check_resumable

PHOTOS, PROGRESS, RECIPE = "Photos", "Progress", "Recipe"

EXAMPLES = options.examples(
    ("learn the look of a folder, over a coffee", "uegan train --liked ~/favourites --raw ~/ordinary"),
    ("on a GPU, under a name of its own", "uegan train --liked a --liked b --raw c --name film --preset standard"),
    ("continue after Ctrl-C", "uegan train --resume --name film"),
)


def train(
    context: typer.Context,
    liked: Annotated[
        list[Path] | None,
        typer.Option("--liked", metavar="DIR", rich_help_panel=PHOTOS, help="Photos you love; repeatable."),
    ] = None,
    raw: Annotated[
        list[Path] | None, typer.Option("--raw", metavar="DIR", rich_help_panel=PHOTOS, help="Your ordinary photos.")
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the style.")] = "mine",
    overwrite: options.Overwrite = False,
    probe: Annotated[
        list[Path] | None,
        typer.Option(
            "--probe",
            metavar="PHOTO|DIR",
            rich_help_panel=PROGRESS,
            help="Photos to show. Without it: some raw ones.",
        ),
    ] = None,
    tensorboard: Annotated[
        bool,
        typer.Option("--tensorboard", rich_help_panel=PROGRESS, help="Log curves and sheets to TensorBoard, too."),
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run of this name where it stopped.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Check the photos, print the plan, and stop.")
    ] = False,
    preset: Annotated[
        Literal["quick", "standard", "paper", "natural"],
        typer.Option(
            "--preset",
            metavar="PRESET",
            rich_help_panel=RECIPE,
            help="quick (laptop), standard (GPU), paper or natural.",
        ),
    ] = "quick",
    recipe: Annotated[
        Literal["reference", "paper"] | None,
        typer.Option("--recipe", rich_help_panel=RECIPE, help="Losses as in the authors' code or the paper."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            metavar="STYLE|none",
            rich_help_panel=RECIPE,
            help="Style to start from.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps",
            min=1,
            metavar="N",
            rich_help_panel=RECIPE,
            help="Adversarial steps (eq. 5).",
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option("--batch", min=1, metavar="N", rich_help_panel=RECIPE, help="Photos of each kind per step."),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            "--size", min=96, max=1024, metavar="N", rich_help_panel=RECIPE, help="Side of a crop, in pixels."
        ),
    ] = None,
    width: Annotated[
        int | None,
        typer.Option(
            "--width", min=1, max=256, metavar="N", rich_help_panel=RECIPE, help="Base width of new networks."
        ),
    ] = None,
    attention: Annotated[
        Literal["paper", "reference", "prenorm", "none"] | None,
        typer.Option(
            "--attention",
            metavar="FORM",
            rich_help_panel=RECIPE,
            help="paper, reference, prenorm or none (Table IV).",
        ),
    ] = None,
    modulation: Annotated[
        Literal["feature", "pixel", "none"] | None,
        typer.Option("--modulation", rich_help_panel=RECIPE, help="What is modulated (Table IV)."),
    ] = None,
    quality_weight: Annotated[
        float | None,
        typer.Option(
            "--quality-weight", min=0, metavar="X", rich_help_panel=RECIPE, help="Higher is more vivid (eq. 9)."
        ),
    ] = None,
    fidelity_weight: Annotated[
        float | None,
        typer.Option(
            "--fidelity-weight", min=0, metavar="X", rich_help_panel=RECIPE, help="Higher keeps content (eq. 9)."
        ),
    ] = None,
    identity_weight: Annotated[
        float | None,
        typer.Option(
            "--identity-weight", min=0, metavar="X", rich_help_panel=RECIPE, help="Higher spares good photos (eq. 9)."
        ),
    ] = None,
    lr: Annotated[
        float | None,
        typer.Option(
            "--lr", min=1e-7, max=1.0, metavar="X", rich_help_panel=RECIPE, help="Learning rate of the generator."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", rich_help_panel=RECIPE, help="Random seed.")
    ] = None,
    description: options.Description = "",
    author: options.Author = "",
    licence: options.Licence = "",
    vgg_weights: options.VggWeights = None,
    download: Annotated[
        bool,
        typer.Option(
            "--download",
            rich_help_panel=options.NETWORK,
            help="Download VGG-19 without asking (548 MB).",
        ),
    ] = False,
    device: options.Device = "auto",
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColour = False,
) -> None:
    """Learn a style from two folders: photos you love and ordinary ones. No pairs are needed."""
    report = Report(json, quiet, verbose)
    if resume:
        check_resumable(options_given(context))
    request = TrainRequest(
        name=name,
        liked=tuple(liked or ()),
        raw=tuple(raw or ()),
        probe=tuple(probe or ()),
        card=Card(author, description, licence),
        preset=preset,
        start=start,
        training=_given(recipe=recipe, steps=steps, batch=batch, size=size, lr_generator=lr, seed=seed),
        network=_given(width=width, attention=attention, modulation=modulation),
        weights=_given(quality=quality_weight, fidelity=fidelity_weight, identity=identity_weight),
        vgg=vgg_weights,
        device=device,
        resume=resume,
        overwrite=overwrite,
        dry_run=dry_run,
        download=download,
        tensorboard=tensorboard,
    )
    run.train(request, report)


def _given(**values: Any) -> dict[str, Any]:
    """Return the values that were given, which are not None."""
    return {name: value for name, value in values.items() if value is not None}
