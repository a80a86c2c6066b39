"""`uegan train`: learn a look from two folders."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import NoInputError, StyleError, UsageError
from ..jobs.inputs import photos_in
from ..styles.card import Card
from ..styles.names import cached, check_name
from . import options, train_verdict, vgg
from .report import Report

if TYPE_CHECKING:
    import torch

    from ..config import TrainConfig
    from ..training.loop import Progress
    from ..training.runs import Options
    from ..training.session import Session

WHAT, HOW, CARD = "What to learn from", "How to learn", "The style's card"
SAMPLES = 6
SHEET_SECONDS = 180.0

EXAMPLES = options.examples(
    ("learn the look of a folder, over a coffee", "uegan train --liked ~/favourites --raw ~/ordinary"),
    ("on a GPU, under a name of its own", "uegan train --liked a --liked b --raw c --name film --preset standard"),
    ("go on after Ctrl-C", "uegan train --resume --name film"),
)


def train(
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
    resume: Annotated[
        bool, typer.Option("--resume", metavar="", help="Go on with the run of this name where it stopped.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", metavar="", help="Look at the photos, say what would be done, and stop.")
    ] = False,
    preset: Annotated[
        Literal["quick", "standard", "paper", "natural"],
        typer.Option(
            "--preset", rich_help_panel=HOW, help="For a laptop, a GPU, as the paper, or as natural was made."
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
            autocompletion=options.style_names,
            help="The style to start from.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option("--steps", min=1, metavar="N", rich_help_panel=HOW, help="Steps against the adversary."),
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
        typer.Option("--attention", rich_help_panel=HOW, help="Form of the attention (Table IV: none)."),
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
    description: Annotated[
        str, typer.Option("--description", metavar="TEXT", rich_help_panel=CARD, help="What it looks like.")
    ] = "",
    author: Annotated[
        str, typer.Option("--author", metavar="TEXT", envvar="UEGAN_AUTHOR", rich_help_panel=CARD, help="Who made it.")
    ] = "",
    licence: Annotated[
        str,
        typer.Option(
            "--licence", "--license", metavar="TEXT", rich_help_panel=CARD, help="What others may do with it."
        ),
    ] = "",
    vgg_weights: options.VggWeights = None,
    download: Annotated[
        bool,
        typer.Option(
            "--download",
            metavar="",
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
    if dry_run:
        _say_plan(run, vgg.find(vgg_weights or run.features), device, report)
        return
    run = replace(run, features=vgg.required(vgg_weights or run.features, download))
    learn(run, device, resume, overwrite, report)


def learn(run: Options, device: str, resume: bool, overwrite: bool, report: Report) -> None:
    """The run, from reading the photos to the installed style, in as many processes as torchrun has started."""
    from ..training import distributed

    with distributed.joined(device) as chosen:
        # Only the first process speaks, and only it writes.
        _learn(run, chosen, resume, overwrite, report if distributed.is_first() else Report(quiet=True))


def _learn(run: Options, device: torch.device, resume: bool, overwrite: bool, report: Report) -> None:
    from ..enhancement.devices import describe
    from ..losses.features import load_features
    from ..styles.store import install
    from ..training import distributed, loop, runs, session

    folder, first = runs.folder_of(run.name), distributed.is_first()
    photos, verdict = session.read_folders(run.liked, run.raw, run.config.size)
    train_verdict.tell(verdict, report)
    assert run.features is not None
    with runs.held(folder) if first else nullcontext():
        begun = session.begin(run.config, photos, load_features(run.features), device)
        if resume:
            _go_on(begun, folder, report)
        elif first:
            _clear(folder)
            runs.write_options(folder, run)
            _instant_sheet(begun, folder, report)
        training = begun.training
        where = describe(device) + f" in {distributed.count()} processes" * (distributed.count() > 1)
        report.say(f"Learning {run.name} on {where}: {training.steps - training.done} steps, in {folder}")
        with _stopping() as stop:
            _follow(loop.run(training, folder, stop=stop), begun, folder, report)
        if not training.over:
            report.say(
                f"stopped after step {training.done}; go on with: uegan train --resume --name {shlex.quote(run.name)}"
            )
            raise SystemExit(128 + (stop.signal or signal.SIGINT))
    if not first:
        return
    style = install(session.finish(begun, run.name, run.card), overwrite=overwrite or resume)
    _say_result(style.card, report)
    report.result(str(style.path))
    report.say(f"{run.name} is ready: uegan enhance PHOTO -s {run.name}")


def _go_on(begun: Session, folder: Path, report: Report) -> None:
    """Be where the last whole checkpoint was written; at the start where there is none yet."""
    from ..training import checkpoints, distributed

    found = distributed.from_first(lambda: checkpoints.newest(folder))
    if found is None:
        return
    for path in found.damaged if distributed.is_first() else ():
        report.complain(f"{path}: is damaged; going on from the checkpoint before it")
    begun.training.load_state_dict(found.state)


def _fresh(
    name: str, liked: Sequence[Path], raw: Sequence[Path], config: TrainConfig, card: Card, overwrite: bool
) -> Options:
    from ..training.checkpoints import checkpoints
    from ..training.runs import Options, folder_of

    if not liked or not raw:
        raise UsageError("a look is learnt from two folders; give --liked DIR and --raw DIR")
    folder = folder_of(name)
    if checkpoints(folder) and not overwrite:
        raise UsageError(f"{folder}: holds a run already; --resume goes on with it, --overwrite starts anew")
    return Options(name, config, photos_in(liked), photos_in(raw), None, card)


def _resumed(name: str) -> Options:
    from ..training.runs import folder_of, read_options

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
    from ..training.presets import preset

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


def _say_plan(run: Options, features: Path | None, device: str, report: Report) -> None:
    from ..enhancement.devices import choose, describe
    from ..training.runs import folder_of
    from ..training.session import read_folders

    train_verdict.tell(read_folders(run.liked, run.raw, run.config.size)[1], report)
    config = run.config
    report.result(f"steps      {config.undo_steps + config.steps} of {config.batch} crops of {config.size} px")
    report.result(f"device     {describe(choose(device))}")
    report.result(f"start      {config.start or 'a new network'}{', behind the instant look' * config.instant}")
    report.result(f"VGG        {features or 'not here; it would be downloaded (548 MB)'}")
    report.result(f"run        {folder_of(run.name)}")
    report.say("nothing was written")


def _say_result(card: Card, report: Report) -> None:
    distance = card.metrics["distance"]
    said = ", ".join(f"{name} {value:g}" for name, value in distance.items())
    report.say(f"distance to the liked photos, in levels: {said}")
    if card.recipe["chosen"] == "instant":
        report.say("the instant look came nearest and is what was installed; more photos or steps may better it")


def _follow(progress: Iterator[Progress], begun: Session, folder: Path, report: Report) -> None:
    """Tell how the run goes, with a sample sheet every few minutes."""
    from ..training.distributed import is_first

    training = begun.training
    done, drawn = training.done, time.monotonic()
    with report.bar(training.steps, "steps", done) as advance:
        for at in progress:
            advance(", ".join(f"{name} {value:.2f}" for name, value in at.losses.items()), at.step - done)
            done = at.step
            if at.news:
                report.say(at.news)
            report.record(
                {
                    "step": at.step,
                    "steps": at.steps,
                    "stage": at.stage,
                    "losses": at.losses,
                    "photos_per_second": at.rate,
                    "distance": at.distance,
                }
            )
            if is_first() and time.monotonic() - drawn > SHEET_SECONDS:
                _sheet(begun, training.players.average.network, folder / f"samples-{at.step:07d}.jpg")
                drawn = time.monotonic()


def _instant_sheet(begun: Session, folder: Path, report: Report) -> None:
    if begun.instant is None:
        return
    path = folder / "samples-instant.jpg"
    _sheet(begun, begun.instant.transport, path)
    report.say(f"{path}: the instant look, which training starts from")


def _sheet(begun: Session, network: Any, path: Path) -> None:
    """Some of the user's own photos, before and after."""
    from ..training.judge import enhance_small
    from ..training.matching import at_matching_size
    from .sheet import Row, write_sheet

    rows = []
    for number, photo in enumerate(begun.raw[:: max(1, len(begun.raw) // SAMPLES)][:SAMPLES], 1):
        before, after = ((at_matching_size(photo)[0] + 1) * 127.5).round().byte(), enhance_small(network, photo)
        rows.append(Row(str(number), [picture.permute(1, 2, 0).numpy() for picture in (before, after)]))
    write_sheet(path, rows)


def _clear(folder: Path) -> None:
    """Away with an earlier run of the same name; its samples and checkpoints would pass for this one's."""
    for pattern in ("checkpoint-*", "best.pt", "samples-*", "metrics.jsonl"):
        for old in folder.glob(pattern):
            old.unlink()


class _Stop(Event):
    """Set by Ctrl-C or SIGTERM; `signal` says by which."""

    signal: int | None = None


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """While it lasts, Ctrl-C ends the run after the step in hand, with a checkpoint. A second one ends it at once."""
    stop = _Stop()

    def handle(signum: int, frame: object) -> None:
        restore()
        stop.signal = signum
        stop.set()

    def restore() -> None:
        for number, handler in before:
            signal.signal(number, handler)

    before = [(number, signal.signal(number, handle)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield stop
    finally:
        restore()
