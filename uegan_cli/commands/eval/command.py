"""`uegan eval`: the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..shared import options
from ..shared.command_line import options_given
from ..shared.output import Report
from .request import EvalRequest, choose_styles, parse_bounds, parse_results
from .run import evaluate
from .votes import check_alone, print_votes

COMPARED, OUTPUT, SCRIPTS = "What to compare", "Output", "For scripts"

EXAMPLES = options.examples(
    ("with finished versions of the same names", "uegan eval raw -s mine -s natural --reference finished"),
    ("without them: how close to photos you love?", "uegan eval raw -s mine --liked ~/favs --html compared"),
    ("which do people prefer? a page to send around", "uegan eval raw -s mine -s natural --study study"),
    ("count their votes", "uegan eval --votes ~/Downloads/votes-*.json"),
)


def eval(
    context: typer.Context,
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PHOTO", show_default=False, help="Photos, folders or globs; with --votes, saved votes."
        ),
    ] = None,
    style: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            "-s",
            envvar="UEGAN_STYLE",
            metavar="STYLE|FILE",
            rich_help_panel=COMPARED,
            help="A style; repeatable. Without it: natural.",
        ),
    ] = None,
    results: Annotated[
        list[str] | None,
        typer.Option(
            "--results", metavar="NAME=DIR", rich_help_panel=COMPARED, help="A folder of anyone's results; repeatable."
        ),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            metavar="DIR",
            rich_help_panel=COMPARED,
            help="Finished versions, same names (PSNR, SSIM, ΔE).",
        ),
    ] = None,
    liked: Annotated[
        list[Path] | None,
        typer.Option("--liked", metavar="DIR", rich_help_panel=COMPARED, help="Photos you love (tone, colour, KID)."),
    ] = None,
    strength: Annotated[
        float,
        typer.Option(
            "--strength", min=0, max=1, metavar="X", rich_help_panel=COMPARED, help="How strongly to apply styles."
        ),
    ] = 1.0,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines/--no-baselines",
            rich_help_panel=COMPARED,
            help="Compare with classical corrections.",
        ),
    ] = True,
    nima: Annotated[
        Path | None,
        typer.Option(
            "--nima",
            envvar="UEGAN_NIMA",
            metavar="FILE",
            rich_help_panel=COMPARED,
            help="NIMA's weights (pretrain-model.pth). Without it: those in the cache.",
        ),
    ] = None,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    max_pixels: options.MaxPixels = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="DIR", rich_help_panel=OUTPUT, help="Write a page with all photos, side by side."
        ),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option("--study", metavar="DIR", rich_help_panel=OUTPUT, help="Write a page for a blind user study."),
    ] = None,
    votes: Annotated[
        bool, typer.Option("--votes", rich_help_panel=OUTPUT, help="Count votes saved by a study.")
    ] = False,
    ablation: Annotated[
        bool,
        typer.Option("--ablation", rich_help_panel=OUTPUT, help="Print the paper's Tables III and IV."),
    ] = False,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", rich_help_panel=SCRIPTS, help="Write one line per photo and style."),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under",
            metavar="MEASURE=X",
            rich_help_panel=SCRIPTS,
            help="Exit with 1 if a style is worse, e.g. psnr=20.",
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", rich_help_panel=SCRIPTS, help="Ignore earlier measurements.")
    ] = False,
    device: options.Device = "auto",
    vgg_weights: options.VggWeights = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    no_color: options.NoColour = False,
) -> None:
    """Evaluate styles and results: against finished versions, photos you love, or people's votes."""
    report = Report(json, quiet)
    given = options_given(context)
    if votes:
        check_alone(given)
        code = print_votes([Path(name) for name in photos or ()], report)
    else:
        request = EvalRequest(
            photos=tuple(photos or ()),
            styles=choose_styles(style or (), "style" in given, bool(results)),
            results=parse_results(results or ()),
            strength=strength,
            reference=reference,
            liked=tuple(liked or ()),
            baselines=baselines and study is None and not ablation,
            nima=nima,
            vgg=vgg_weights,
            recursive=recursive,
            include=tuple(include or ()),
            exclude=tuple(exclude or ()),
            max_pixels=max_pixels,
            device=device,
            html=html,
            study=study,
            csv=csv,
            ablation=ablation,
            bounds=parse_bounds(fail_under or ()),
            fresh=fresh,
        )
        code = evaluate(request, report)
    if code:
        raise typer.Exit(code)
