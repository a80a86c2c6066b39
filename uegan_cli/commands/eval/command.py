"""`uegan eval`: is it better?"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ...errors import UsageError
from ..shared import options
from ..shared.output import Report

WHAT, SAID, SCRIPTS = "What is compared", "What comes of it", "In scripts"

EXAMPLES = options.examples(
    ("against finished versions of the same names", "uegan eval raw -s mine -s natural --reference finished"),
    ("without any: how near to photos you love?", "uegan eval raw -s mine --liked ~/favs --html compared"),
    ("which do people prefer? a page to send around", "uegan eval raw -s mine -s natural --study study"),
    ("what they said", "uegan eval --votes ~/Downloads/votes-*.json"),
)


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line. results: folders by the name of who made them. least: by measure."""

    photos: tuple[str, ...]
    styles: tuple[str, ...]
    results: dict[str, Path]
    strength: float
    reference: Path | None
    liked: tuple[Path, ...]
    baselines: bool
    nima: Path | None
    vgg: Path | None
    recursive: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    max_pixels: int | None
    device: str
    html: Path | None
    study: Path | None
    csv: Path | None
    ablation: bool
    least: dict[str, float]
    fresh: bool


def eval(
    context: typer.Context,
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PHOTO", show_default=False, help="Photos, folders, globs; with --votes, what a study has saved."
        ),
    ] = None,
    style: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            "-s",
            autocompletion=options.style_names,
            envvar="UEGAN_STYLE",
            metavar="NAME|FILE",
            rich_help_panel=WHAT,
            help="A style to judge; repeat it for more. Without it: natural.",
        ),
    ] = None,
    results: Annotated[
        list[str] | None,
        typer.Option("--results", metavar="NAME=DIR", rich_help_panel=WHAT, help="Anybody's results, by name."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            metavar="DIR",
            rich_help_panel=WHAT,
            help="What the photos should become, of the same names: PSNR, SSIM, ΔE.",
        ),
    ] = None,
    liked: Annotated[
        list[Path] | None,
        typer.Option(
            "--liked", metavar="DIR", rich_help_panel=WHAT, help="Photos to come near to: tone, colour and KID."
        ),
    ] = None,
    strength: Annotated[
        float,
        typer.Option("--strength", min=0, max=1, metavar="X", rich_help_panel=WHAT, help="How much of the styles."),
    ] = 1.0,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines/--no-baselines",
            rich_help_panel=WHAT,
            help="Automatic contrast and histogram equalisation beside them.",
        ),
    ] = True,
    nima: Annotated[
        Path | None,
        typer.Option(
            "--nima",
            envvar="UEGAN_NIMA",
            metavar="FILE",
            rich_help_panel=WHAT,
            help="NIMA's MobileNet-V2 weights (pretrain-model.pth). Without it: those in the cache.",
        ),
    ] = None,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    max_pixels: options.MaxPixels = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="DIR", rich_help_panel=SAID, help="Make a page with all photos, side by side."),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option("--study", metavar="DIR", rich_help_panel=SAID, help="Make a page for blind choices."),
    ] = None,
    votes: Annotated[
        bool, typer.Option("--votes", rich_help_panel=SAID, help="Count what people have chosen.")
    ] = False,
    ablation: Annotated[
        bool,
        typer.Option("--ablation", rich_help_panel=SAID, help="The paper's Tables III and IV, of styles so trained."),
    ] = False,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", rich_help_panel=SCRIPTS, help="Write a line for each photo and style."),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under",
            metavar="MEASURE=X",
            rich_help_panel=SCRIPTS,
            help="Exit with 1 if a style is worse: psnr=20, delta_e=8, ….",
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", rich_help_panel=SCRIPTS, help="Measure all anew.")] = False,
    device: options.Device = "auto",
    vgg_weights: options.VggWeights = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    no_color: options.NoColour = False,
) -> None:
    """Judge styles and anyone's results: by finished versions, by photos you love, or by people's eyes."""
    report = Report(json, quiet)
    if votes:
        from .votes import tell_votes

        _check_votes_alone(context)
        code = tell_votes([Path(name) for name in photos or ()], report)
    else:
        from .run import perform

        request = Request(
            photos=tuple(photos or ()),
            styles=_styles(style, bool(results), context),
            results=_named_folders(results or ()),
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
            least=_least(fail_under or ()),
            fresh=fresh,
        )
        _check(request)
        code = perform(request, report)
    if code:
        raise typer.Exit(code)


def _styles(given: list[str] | None, results: bool, context: typer.Context) -> tuple[str, ...]:
    """Who names results alone wants them alone, whatever style is set."""
    source = _source("style", context)
    if results and source != "COMMANDLINE":
        return ()
    # It names one, as for other commands; Typer would part it where it has spaces.
    return (os.environ["UEGAN_STYLE"],) if source == "ENVIRONMENT" else tuple(given or ("natural",))


def _source(parameter: str, context: typer.Context) -> str:
    """Where its value comes from: COMMANDLINE, ENVIRONMENT, …"""
    source = context.get_parameter_source(parameter)
    return source.name if source else ""


def _check_votes_alone(context: typer.Context) -> None:
    others = ("style", "results", "reference", "liked", "html", "study", "ablation", "csv", "fail_under")
    if any(_source(parameter, context) == "COMMANDLINE" for parameter in others):
        raise UsageError("--votes counts votes and does nothing else; give it files that a study has saved")


def _check(request: Request) -> None:
    from ...evaluation.columns import MEASURES

    needs = dict.fromkeys(("psnr", "ssim", "delta_e"), "--reference") | dict.fromkeys(
        ("tone", "colour", "kid"), "--liked"
    )
    given = {"--reference": request.reference is not None, "--liked": bool(request.liked)}
    for key in request.least:
        if key in needs and not given[needs[key]]:
            raise UsageError(f"--fail-under {key}: {MEASURES[key].title} needs {needs[key]}")
    if request.ablation and request.reference is None:
        raise UsageError("--ablation prints likeness to finished versions; name their folder with --reference")
    if request.ablation and request.results:
        raise UsageError("--ablation compares variants of the method; leave out --results")


def _named_folders(given: Sequence[str]) -> dict[str, Path]:
    folders: dict[str, Path] = {}
    for text in given:
        name, equals, folder = text.partition("=")
        if not (name and equals and folder):
            raise UsageError(f"--results {text}: write it as NAME=DIR")
        if name in folders:
            raise UsageError(f"--results {name}: is there twice; give each folder a name of its own")
        folders[name] = Path(folder).expanduser()
    return folders


def _least(given: Sequence[str]) -> dict[str, float]:
    from ...evaluation.columns import MEASURES

    judged = [key for key, measure in MEASURES.items() if measure.better is not None]
    least = {}
    for text in given:
        parts = re.fullmatch(r"(\w+)=([-+]?\d*\.?\d+)", text)
        if parts is None or parts[1] not in judged:
            raise UsageError(f"--fail-under {text}: write it as MEASURE=NUMBER, with one of {', '.join(judged)}")
        least[parts[1]] = float(parts[2])
    return least
