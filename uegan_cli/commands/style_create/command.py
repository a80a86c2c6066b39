"""`uegan style-create`: a style without training."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import UsageError
from ...jobs.inputs import photos_in
from ...styles.card import Card
from ...styles.names import check_name
from ..shared import options, vgg
from ..shared.output import Report
from ..train.data_set import print_data_set

if TYPE_CHECKING:
    from ...styles.file import Style

FROM = "Made from (one of these)"

EXAMPLES = options.examples(
    ("the look of a folder, without training", "uegan style-create mine --liked ~/favourites --raw ~/ordinary"),
    ("the authors' published network", "uegan style-create fivek --from-checkpoint 88_G.pth"),
    ("a bit of both", "uegan style-create both --blend mine=0.6 --blend fivek=0.4"),
)

INSTANT_SIZE = 128
"""Pixels along a side that photos are read for: the closed form looks at them smaller still."""


def style_create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call the style.")],
    liked: Annotated[
        list[Path] | None,
        typer.Option(
            "--liked", metavar="DIR", rich_help_panel=FROM, help="Photos you love. With --raw: the instant look."
        ),
    ] = None,
    raw: Annotated[
        list[Path] | None, typer.Option("--raw", metavar="DIR", rich_help_panel=FROM, help="Your ordinary photos.")
    ] = None,
    from_checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--from-checkpoint", metavar="FILE.pth", rich_help_panel=FROM, help="A checkpoint of the authors."
        ),
    ] = None,
    from_run: Annotated[
        str | None,
        typer.Option(
            "--from-run",
            metavar="RUN@STEP",
            rich_help_panel=FROM,
            help="A training run: its best, or a step.",
        ),
    ] = None,
    blend: Annotated[
        list[str] | None,
        typer.Option(
            "--blend", metavar="STYLE=WEIGHT", rich_help_panel=FROM, help="A part of another style; repeat it."
        ),
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE.safetensors", rich_help_panel=FROM, help="A style file.")
    ] = None,
    strength: Annotated[
        float, typer.Option("--strength", min=0.01, max=2, help="Weaken the style, or exaggerate it.")
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
    report = Report(quiet=quiet)
    check_name(name)
    _check_one_source(liked or raw, from_checkpoint, from_run, blend, from_file)
    card = Card(author, description, licence)
    if liked or raw:
        style = instant(name, liked or [], raw or [], vgg_weights, card, report)
    elif from_checkpoint is not None:
        style = checkpoint(name, from_checkpoint, card)
    elif from_run is not None:
        style = run(name, from_run, card)
    elif blend:
        style = blended(name, blend, card)
    else:
        assert from_file is not None
        style = copied(name, from_file, card)
    style = install(style, strength, overwrite)
    report.result(str(style.path))
    report.say(f"{name} is ready: uegan enhance PHOTO -s {name}")


def instant(
    name: str, liked: Sequence[Path], raw: Sequence[Path], weights: Path | None, card: Card, report: Report
) -> Style:
    """The closed form between two folders of photos."""
    if not liked or not raw:
        raise UsageError("the instant look is between two folders; give --liked and --raw")
    photos_liked, photos_raw = photos_in(liked), photos_in(raw)
    from ...training.session import instant_style, read_folders

    photos, verdict = read_folders(photos_liked, photos_raw, INSTANT_SIZE)
    print_data_set(verdict, report.say, report)
    # Folder names are the user's own business; the command is a pattern.
    card = replace(card, command=f"uegan style-create {name} --liked LIKED --raw RAW")
    return instant_style(name, photos, vgg.optional(weights, report), card)


def checkpoint(name: str, file: Path, card: Card) -> Style:
    from ...styles.authors import style_from_checkpoint

    command = f"uegan style-create {name} --from-checkpoint {shlex.quote(file.name)}"
    return style_from_checkpoint(name, file, replace(card, command=command, recipe={"method": "authors' checkpoint"}))


def run(name: str, given: str, card: Card) -> Style:
    """The best that a training run has come to, or what it had learnt at STEP."""
    from ...training.run_folder import folder_of, style_from_run

    place, at, step = given.rpartition("@") if "@" in given else (given, "", "")
    if at and not step.isdecimal():
        raise UsageError(f"--from-run {given}: the step after @ is a number")
    style = style_from_run(name, folder_of(place), int(step) if at else None)
    return replace(style, card=_said(style.card, card))


def blended(name: str, parts: Sequence[str], card: Card) -> Style:
    """A blend of STYLE=WEIGHT parts."""
    weights = [_weighted(part) for part in parts]
    from ...styles.blend import blend
    from ...styles.store import load_style

    styles = [(weight, load_style(style)) for style, weight in weights]
    options_ = " ".join(f"--blend {shlex.quote(style.name)}={weight:g}" for weight, style in styles)
    recipe = {"blend": [{"style": s.name, "weight": w, "hash": s.hash, "licence": s.card.licence} for w, s in styles]}
    return blend(name, styles, replace(card, command=f"uegan style-create {name} {options_}", recipe=recipe))


def copied(name: str, file: Path, card: Card) -> Style:
    """A style file under another name, its card kept where nothing else was said."""
    from ...styles.file import read_style

    style = read_style(file, name)
    return replace(style, card=_said(style.card, card))


def _said(card: Card, news: Card) -> Card:
    """The card with what was said on the command line."""
    said = {field: getattr(news, field) for field in ("author", "description", "licence")}
    return replace(card, **{field: text for field, text in said.items() if text})


def install(style: Style, strength: float, overwrite: bool) -> Style:
    """Put the style into the cache, at its strength, with a preview."""
    from ...styles import store
    from ...styles.blend import at_strength
    from ...styles.preview import make_preview

    if strength != 1:
        card = replace(style.card, recipe={**style.card.recipe, "strength": strength})
        if card.command:
            card = replace(card, command=f"{card.command} --strength {strength:g}")
        style = at_strength(replace(style, card=card), strength)
    if style.preview is None:
        style = replace(style, preview=make_preview(style.generator))
    return store.install(style, overwrite=overwrite)


def _check_one_source(*sources: object) -> None:
    given = sum(bool(source) for source in sources)
    if given != 1:
        wanted = "--liked and --raw, --from-checkpoint, --from-run, --blend or --from"
        raise UsageError(f"a style is made from one thing, not {given}: {wanted}")


def _weighted(part: str) -> tuple[str, float]:
    style, equals, weight = part.rpartition("=")
    try:
        return (style, float(weight)) if equals and style else (part, float("nan" if equals else 1))
    except ValueError:
        raise UsageError(f"--blend {part}: write STYLE=WEIGHT, such as natural=0.5") from None
