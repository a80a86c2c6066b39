"""A run from the first look at the photos to the installed style."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from ...errors import OutputError
from ..shared import vgg
from ..shared.contact_sheet import SheetRow
from ..shared.output import Report, counted
from . import data_set as train_verdict
from . import plan as train_plan
from .page import Page
from .progress import Follower
from .samples import Samples, read_rows
from .tensorboard_log import board

if TYPE_CHECKING:
    import torch

    from ...losses.features import Features
    from ...styles.card import Card
    from ...training.checkpoints import Checkpoint
    from ...training.estimate import Pace
    from ...training.run_folder import Options
    from ...training.session import Session


@dataclass(frozen=True)
class Wish:
    """How the user wants a run to be gone about, this time."""

    device: str
    resume: bool = False
    overwrite: bool = False
    dry_run: bool = False
    download: bool = False
    tensorboard: bool = False


def learn(run: Options, wish: Wish, report: Report) -> None:
    """Look the photos through, say what is going to happen and, but for a dry run, do it.

    In as many processes as torchrun has started.
    """
    from ...training import distributed

    with distributed.joined(wish.device) as device:
        # Only the first process speaks, and only it writes.
        _learn(run, wish, device, report if distributed.is_first() else Report(quiet=True))


def _learn(run: Options, wish: Wish, device: torch.device, report: Report) -> None:
    from ...training import checkpoints, distributed, estimate, session
    from ...training.run_folder import folder_of
    from ...training.samples import some_of

    say = report.result if wish.dry_run else report.say
    report.say(f"Looking through {counted(len(run.liked) + len(run.raw), 'photo')}")
    photos, verdict = session.read_folders(run.liked, run.raw, run.config.size)
    train_verdict.tell(verdict, say, report)
    # What was left out may go; the run does not miss it when it goes on.
    run = replace(run, liked=list(verdict.liked.photos), raw=list(verdict.raw.photos))
    rows = read_rows(run.probe or some_of(run.raw), report) if distributed.is_first() else []
    run, features = _with_features(run, wish)
    found = distributed.from_first(lambda: checkpoints.newest(folder_of(run.name))) if wish.resume else None
    judged = min(session.JUDGED, len(photos.raw))
    pace = estimate.measure(session.rehearse(run.config, photos, features, device), judged)
    train_plan.tell(run, device, pace, found.state["done"] if found else 0, say, report)
    if wish.dry_run:
        report.say("nothing was written")
        return
    with _folder(run) as folder:
        begun = session.begin(run.config, photos, features, device)
        if found is not None:
            _go_on(begun, found, report)
        elif distributed.is_first() and not wish.resume:
            _start(folder, run)
        _train(begun, run, pace, Page(run, verdict, folder), rows, wish, report)


def _with_features(run: Options, wish: Wish) -> tuple[Options, Features | None]:
    """The run with the file of its VGG weights, and these. A dry run does with random ones: it takes as long."""
    from ...losses import features
    from ...training import distributed

    if wish.dry_run:
        file = vgg.find(run.features)
        return replace(run, features=file), features.load_features(file) if file else features.Features()
    file = distributed.from_first(lambda: vgg.required(run.features, wish.download))
    return replace(run, features=file), features.load_features(file)


@contextmanager
def _folder(run: Options) -> Iterator[Path]:
    """The run's folder, which belongs to the first of its processes while it lasts."""
    from ...training import distributed
    from ...training.run_folder import folder_of, held

    folder = folder_of(run.name)
    with held(folder) if distributed.is_first() else nullcontext():
        yield folder


def _start(folder: Path, run: Options) -> None:
    """Away with an earlier run of the same name; its sheets and checkpoints would pass for this one's."""
    from ...training.run_folder import write_options

    for pattern in ("checkpoint-*", "best.pt", "samples-*", "metrics.jsonl", "report.html", "tensorboard/events*"):
        for old in folder.glob(pattern):
            old.unlink()
    write_options(folder, run)


def _go_on(begun: Session, found: Checkpoint, report: Report) -> None:
    """Be where the last whole checkpoint was written."""
    from ...training import distributed

    for path in found.damaged if distributed.is_first() else ():
        report.complain(f"{path}: is damaged; going on from the checkpoint before it")
    begun.training.load_state_dict(found.state)


def _train(
    begun: Session, run: Options, pace: Pace, page: Page, rows: Sequence[SheetRow], wish: Wish, report: Report
) -> None:
    """The steps that are left, and what comes of them."""
    from ...enhancement.devices import describe
    from ...training import distributed, loop

    training, first = begun.training, distributed.is_first()
    where = describe(training.device) + f" in {distributed.count()} processes" * (distributed.count() > 1)
    report.say(f"Learning {run.name} on {where}: {training.steps - training.done} steps")
    instant = None if begun.instant is None else begun.instant.form
    samples = Samples(page.folder, rows, instant) if first else None
    with board(page.folder, training.done) if first and wish.tensorboard else nullcontext() as curves:
        with _stopping() as stop:
            progress = loop.run(training, page.folder, stop=stop)
            if samples is None:
                for _ in progress:
                    pass
            else:
                Follower(training, pace, samples, page, curves, report).follow(progress)
        if training.over and samples is not None:
            sheet = _finish(begun, run, page, samples, wish, report)
            if curves is not None:
                curves.show(training.done, sheet)
    if not training.over:
        if first:
            _end_early(run, page, training.done, report)
        raise SystemExit(128 + (stop.signal or signal.SIGINT))


def _end_early(run: Options, page: Page, done: int, report: Report) -> None:
    try:
        report.say(f"{page.write(f'Stopped after step {done}.')}: how it went so far")
    except OutputError as error:
        # The checkpoint is there, and that is what counts.
        report.complain(str(error))
    report.say(f"stopped after step {done}; go on with: uegan train --resume --name {shlex.quote(run.name)}")


def _finish(begun: Session, run: Options, page: Page, samples: Samples, wish: Wish, report: Report) -> Path:
    """The style, with its page and its sheet, which is returned."""
    from ...styles.store import install
    from ...training.session import finish

    style = install(finish(begun, run.name, run.card), overwrite=wish.overwrite or wish.resume)
    report.result(str(style.path))
    sheet = samples.draw("result", style.generator, run.name)
    written = page.write(_came_to(style.card), style.card)
    report.record({"style": str(style.path), "report": str(written), "card": style.card.to_json()})
    for line in (_distances(style.card), _came_to(style.card), f"{written}: how it went"):
        report.say(line)
    report.say(f"{run.name} is ready: uegan enhance PHOTO -s {run.name}")
    return sheet


def _distances(card: Card) -> str:
    said = ", ".join(f"{name} {value:g}" for name, value in card.metrics["distance"].items())
    return f"distance to the liked photos, in spreads between photos: {said}"


def _came_to(card: Card) -> str:
    if card.recipe["chosen"] == "instant":
        return "The instant look came nearest and is the style; more photos or steps may better it."
    if card.recipe["step"] == 0:
        return "No step came nearer than the start, and that is the style; more photos or steps may better it."
    return f"The style is what had been learnt after step {card.recipe['step']}."


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
