"""`uegan train`: learn a look from two folders."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ...errors import NoInputError, StyleError, UsageError
from ...jobs.inputs import photos_in
from ...styles.card import Card
from ...styles.names import cached, check_name
from ..shared import options
from ..shared.output import Report
from . import run as train_run
from .run import Wish
from .samples import probes
from .tensorboard_log import check_there

if TYPE_CHECKING:
    from ...config import TrainConfig
    from ...training.run_folder import Options

WHAT, SEEN, HOW = "What to learn from", "What to see of it", "How to learn"

CHANGEABLE = {
    *("name", "resume", "overwrite", "dry_run", "probe", "tensorboard", "vgg_weights", "download", "device"),
    *("json", "quiet", "verbose", "no_color"),
}
"""Options that may differ when a run goes on."""

EXAMPLES = options.examples(
    ("learn the look of a folder, over a coffee", "uegan train --liked ~/favourites --raw ~/ordinary"),
    ("on a GPU, under a name of its own", "uegan train --liked a --liked b --raw c --name film --preset standard"),
    ("go on after Ctrl-C", "uegan train --resume --name film"),
)


def train(
    context: typer.Context,
    liked: Annotated[
        list[Path] | None,
        typer.Option(
            "--liked", metavar="DIR", rich_help_panel=WHAT, help="Photos you love; repeat it for more folders."
        ),
    ] = None,
    raw: Annotated[
        list[Path] | None, typer.Option("--raw", metavar="DIR", rich_help_panel=WHAT, help="Your ordinary photos.")
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call the style.")] = "mine",
    overwrite: options.Overwrite = False,
    probe: Annotated[
        list[Path] | None,
        typer.Option(
            "--probe",
            metavar="PHOTO|DIR",
            rich_help_panel=SEEN,
            help="Photos for the sample sheets; else some of the raw ones.",
        ),
    ] = None,
    tensorboard: Annotated[
        bool,
        typer.Option("--tensorboard", rich_help_panel=SEEN, help="Curves and sheets for TensorBoard, too."),
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run of this name where it stopped.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Look at the photos, say what would be done, and stop.")
    ] = False,
    preset: Annotated[
        Literal["quick", "standard", "paper", "natural"],
        typer.Option(
            "--preset",
            metavar="PRESET",
            rich_help_panel=HOW,
            help="quick (a laptop), standard (a GPU), paper, or natural (as that was made).",
        ),
    ] = "quick",
    recipe: Annotated[
        Literal["reference", "paper"] | None,
        typer.Option("--recipe", rich_help_panel=HOW, help="The forms of the losses: the authors' code or the paper."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            metavar="STYLE|none",
            rich_help_panel=HOW,
            help="The style to start from.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps",
            min=1,
            metavar="N",
            rich_help_panel=HOW,
            help="Steps against the adversary (eq. 5).",
        ),
    ] = None,
    batch: Annotated[
        int | None, typer.Option("--batch", min=1, metavar="N", rich_help_panel=HOW, help="Photos of each kind a step.")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            "--size", min=96, max=1024, metavar="N", rich_help_panel=HOW, help="Pixels along a side of a crop."
        ),
    ] = None,
    width: Annotated[
        int | None,
        typer.Option("--width", min=1, max=256, metavar="N", rich_help_panel=HOW, help="Base width of new networks."),
    ] = None,
    attention: Annotated[
        Literal["paper", "reference", "prenorm", "none"] | None,
        typer.Option(
            "--attention",
            metavar="FORM",
            rich_help_panel=HOW,
            help="paper, reference, prenorm or none (none is in Table IV).",
        ),
    ] = None,
    modulation: Annotated[
        Literal["feature", "pixel", "none"] | None,
        typer.Option("--modulation", rich_help_panel=HOW, help="Place of the modulation (Table IV)."),
    ] = None,
    quality_weight: Annotated[
        float | None,
        typer.Option("--quality-weight", min=0, metavar="X", rich_help_panel=HOW, help="Higher is more vivid (eq. 9)."),
    ] = None,
    fidelity_weight: Annotated[
        float | None,
        typer.Option("--fidelity-weight", min=0, metavar="X", rich_help_panel=HOW, help="Keep the content (eq. 9)."),
    ] = None,
    identity_weight: Annotated[
        float | None,
        typer.Option(
            "--identity-weight", min=0, metavar="X", rich_help_panel=HOW, help="Leave good photos alone (eq. 9)."
        ),
    ] = None,
    lr: Annotated[
        float | None,
        typer.Option(
            "--lr", min=1e-7, max=1.0, metavar="X", rich_help_panel=HOW, help="The generator's learning rate."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", rich_help_panel=HOW, help="Another number, another run.")
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
            help="Fetch VGG-19 without asking (548 MB, once).",
        ),
    ] = False,
    device: options.Device = "auto",
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColour = False,
) -> None:
    """Learn the look of the photos you love, without pairs: two folders in, a style out."""
    report = Report(json, quiet, verbose)
    check_name(name)
    if resume:
        _check_unchanged(context)
    if tensorboard:
        check_there()
    if not resume and not overwrite and cached(name).exists():
        raise StyleError(f"there is a style called {name!r} already; choose another --name or add --overwrite")
    if resume:
        run = _resumed(name)
    else:
        changes = {"recipe": recipe, "steps": steps, "batch": batch, "size": size, "lr_generator": lr, "seed": seed}
        networks = {"width": width, "attention": attention, "modulation": modulation}
        weights = {"quality": quality_weight, "fidelity": fidelity_weight, "identity": identity_weight}
        config = _config(preset, _given(changes), _given(networks), _given(weights), start)
        given = {"--start": start, **_options(changes | networks), **_options(weights, "-weight")}
        card = Card(author, description, licence, _command(name, preset, given))
        run = _fresh(name, liked or [], raw or [], config, card, overwrite)
    run = replace(run, features=vgg_weights or run.features, probe=probes(probe or [], report) or run.probe)
    train_run.learn(run, Wish(device, resume, overwrite, dry_run, download, tensorboard), report)


def _check_unchanged(context: typer.Context) -> None:
    """Raises UsageError for an option that would make another run of the one that goes on."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if name not in CHANGEABLE and source is not None and source.name == "COMMANDLINE":
            raise UsageError(f"--resume goes on with the run as it was begun; leave out --{name.replace('_', '-')}")


def _fresh(
    name: str, liked: Sequence[Path], raw: Sequence[Path], config: TrainConfig, card: Card, overwrite: bool
) -> Options:
    from ...training.checkpoints import checkpoints
    from ...training.run_folder import Options, folder_of

    if not liked or not raw:
        raise UsageError("a look is learnt from two folders; give --liked DIR and --raw DIR")
    folder = folder_of(name)
    if checkpoints(folder) and not overwrite:
        raise UsageError(f"{folder}: holds a run already; --resume goes on with it, --overwrite starts anew")
    return Options(name, config, photos_in(liked), photos_in(raw), None, card)


def _resumed(name: str) -> Options:
    from ...training.run_folder import folder_of, read_options

    run = read_options(folder_of(name))
    gone = [path for path in (*run.liked, *run.raw) if not path.exists()]
    if gone:
        raise NoInputError(f"{gone[0]}: is gone, and a run goes on only with the same photos; start anew")
    return run


def _config(
    preset_name: Literal["quick", "standard", "paper", "natural"],
    changes: dict[str, Any],
    networks: dict[str, Any],
    weights: dict[str, Any],
    start: str | None,
) -> TrainConfig:
    """The preset with what the user changed. Another network cannot start from a style, so it starts afresh."""
    from ...training.presets import preset

    config = preset(preset_name, **changes)
    if start is not None or networks:
        config = replace(config, start=None if start in (None, "none") else start)
    generator, losses = replace(config.generator, **networks), replace(config.weights, **weights)
    return replace(config, generator=generator, weights=losses)


def _command(name: str, preset: str, given: dict[str, Any]) -> str:
    """The command that makes the style again; the folders stay the user's own business."""
    words = ["uegan", "train", "--liked", "LIKED", "--raw", "RAW", "--name", name, "--preset", preset]
    for option, value in given.items():
        words += [] if value is None else [option, str(value)]
    return shlex.join(words)


def _options(values: dict[str, Any], ending: str = "") -> dict[str, Any]:
    """Fields of the configuration -> the options that set them."""
    return {f"--{'lr' if field == 'lr_generator' else field}{ending}": value for field, value in values.items()}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
