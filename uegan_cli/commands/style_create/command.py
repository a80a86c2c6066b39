"""`uegan style-create`: make a style without training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...styles.card import Card
from ..shared import options
from ..shared.output import Report
from .request import StyleCreateRequest, parse_blend_part, parse_run
from .run import create_style

FROM = "Made from (one of these)"

EXAMPLES = options.examples(
    ("the look of a folder, without training", "uegan style-create mine --liked ~/favourites --raw ~/ordinary"),
    ("the authors' published network", "uegan style-create fivek --from-checkpoint 88_G.pth"),
    ("a blend of both", "uegan style-create both --blend mine=0.6 --blend fivek=0.4"),
)


def style_create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the new style.")],
    liked: Annotated[
        list[Path] | None,
        typer.Option(
            "--liked", metavar="DIR", rich_help_panel=FROM, help="Photos you love; with --raw, for the instant look."
        ),
    ] = None,
    raw: Annotated[
        list[Path] | None, typer.Option("--raw", metavar="DIR", rich_help_panel=FROM, help="Your ordinary photos.")
    ] = None,
    from_checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--from-checkpoint", metavar="FILE.pth", rich_help_panel=FROM, help="A checkpoint of the authors' code."
        ),
    ] = None,
    from_run: Annotated[
        str | None,
        typer.Option(
            "--from-run",
            metavar="RUN@STEP",
            rich_help_panel=FROM,
            help="A training run: RUN for its best step, or RUN@STEP.",
        ),
    ] = None,
    blend: Annotated[
        list[str] | None,
        typer.Option(
            "--blend",
            metavar="STYLE=WEIGHT",
            rich_help_panel=FROM,
            help="A style and its weight in a blend; repeatable.",
        ),
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE.safetensors", rich_help_panel=FROM, help="A style file.")
    ] = None,
    strength: Annotated[
        float, typer.Option("--strength", min=0.01, max=2, help="Weaken (below 1) or exaggerate (above 1) the style.")
    ] = 1.0,
    description: options.Description = "",
    author: options.Author = "",
    licence: options.Licence = "",
    overwrite: options.Overwrite = False,
    vgg_weights: options.VggWeights = None,
    quiet: options.Quiet = False,
    no_color: options.NoColour = False,
) -> None:
    """Make a style without training: from two folders, a checkpoint, a run, or other styles."""
    request = StyleCreateRequest(
        name=name,
        liked=tuple(liked or ()),
        raw=tuple(raw or ()),
        checkpoint=from_checkpoint,
        run=parse_run(from_run),
        blend=tuple(map(parse_blend_part, blend or ())),
        file=from_file,
        strength=strength,
        card=Card(author, description, licence),
        vgg=vgg_weights,
        overwrite=overwrite,
    )
    create_style(request, Report(quiet=quiet))
