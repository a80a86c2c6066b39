"""A run from the photos to the installed style."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import OutputError
from ..shared import vgg
from ..shared.contact_sheet import SheetRow
from ..shared.output import Report, counted
from .data_set import print_data_set
from .page import RunPage
from .plan import print_plan
from .progress import ProgressReporter
from .request import TrainRequest, resolve_run
from .samples import SampleSheets, find_probes, read_rows
from .stopping import stop_on_signals
from .tensorboard_log import check_installed, open_log

if TYPE_CHECKING:
    import torch

    from ...losses.features import Features
    from ...styles.card import Card
    from ...training.checkpoints import Checkpoint
    from ...training.estimate import Pace
    from ...training.run_folder import Options
    from ...training.session import Session


def train(request: TrainRequest, report: Report) -> None:
    """Check the photos, print the plan and, unless it is a dry run, train and install the style.

    In as many processes as torchrun has started, of which the first prints and writes. Raises UeganError, and
    SystemExit if a signal stopped the run.
    """
    from ...training import distributed

    if request.tensorboard:
        check_installed()
    run = resolve_run(request)
    run = replace(run, probe=find_probes(request.probe, report) or run.probe)
    with distributed.joined(request.device) as device:
        _train(run, request, device, report if distributed.is_first() else Report(quiet=True))


def _train(run: Options, request: TrainRequest, device: torch.device, report: Report) -> None:
    from ...training import checkpoints, distributed, estimate, session
    from ...training.run_folder import folder_of
    from ...training.samples import some_of

    say = report.result if request.dry_run else report.say
    report.say(f"Checking {counted(len(run.liked) + len(run.raw), 'photo')}")
    photos, data_set = session.read_folders(run.liked, run.raw, run.config.size)
    print_data_set(data_set, say, report)
    # A resumed run needs its photos, but not those skipped here: they may be deleted.
    run = replace(run, liked=list(data_set.liked.photos), raw=list(data_set.raw.photos))
    rows = read_rows(run.probe or some_of(run.raw), report) if distributed.is_first() else []
    run, features = _load_features(run, request)
    found = distributed.from_first(lambda: checkpoints.newest(folder_of(run.name))) if request.resume else None
    judged = min(session.JUDGED, len(photos.raw))
    pace = estimate.measure(session.rehearse(run.config, photos, features, device), judged)
    print_plan(run, device, pace, found.state["done"] if found else 0, say, report)
    if request.dry_run:
        report.say("nothing was written")
        return
    with _hold_folder(run) as folder:
        begun = session.begin(run.config, photos, features, device)
        if found is not None:
            _restore(begun, found, report)
        elif distributed.is_first() and not request.resume:
            _start_folder(folder, run)
        _run_steps(begun, run, pace, RunPage(run, data_set, folder), rows, request, report)


def _load_features(run: Options, request: TrainRequest) -> tuple[Options, Features | None]:
    """Return the run with its file of VGG weights, and the VGG. A dry run without a file times random weights."""
    from ...losses import vgg_weights
    from ...losses.features import Features
    from ...training import distributed

    if request.dry_run:
        file = vgg.find(run.features)
        return replace(run, features=file), vgg_weights.load_features(file) if file else Features()
    file = distributed.from_first(lambda: vgg.required(run.features, request.download))
    return replace(run, features=file), vgg_weights.load_features(file)


@contextmanager
def _hold_folder(run: Options) -> Iterator[Path]:
    """Lock the run's folder for the first of its processes."""
    from ...training import distributed
    from ...training.run_folder import folder_of, held

    folder = folder_of(run.name)
    with held(folder) if distributed.is_first() else nullcontext():
        yield folder


def _start_folder(folder: Path, run: Options) -> None:
    """Delete the files of an earlier run of the same name, which would pass for this one's; write the options."""
    from ...training.run_folder import write_options

    for pattern in ("checkpoint-*", "best.pt", "samples-*", "metrics.jsonl", "report.html", "tensorboard/events*"):
        for old in folder.glob(pattern):
            old.unlink()
    write_options(folder, run)


def _restore(begun: Session, found: Checkpoint, report: Report) -> None:
    """Restore the state of the last undamaged checkpoint."""
    from ...training import distributed

    for path in found.damaged if distributed.is_first() else ():
        report.complain(f"{path}: damaged; continuing from the checkpoint before it")
    begun.training.load_state_dict(found.state)


def _run_steps(
    begun: Session,
    run: Options,
    pace: Pace,
    page: RunPage,
    rows: Sequence[SheetRow],
    request: TrainRequest,
    report: Report,
) -> None:
    """Do the remaining steps, then install the style, or end early if a signal asks for it."""
    from ...enhancement.devices import describe
    from ...training import distributed, loop

    training, first = begun.training, distributed.is_first()
    where = describe(training.device) + f" in {distributed.count()} processes" * (distributed.count() > 1)
    report.say(f"Training {run.name} on {where}: {training.steps - training.done} steps")
    instant = None if begun.instant is None else begun.instant.look
    sheets = SampleSheets(page.folder, rows, instant) if first else None
    with open_log(page.folder, training.done) if first and request.tensorboard else nullcontext() as log:
        with stop_on_signals() as stop:
            progress = loop.run(training, page.folder, stop=stop)
            if sheets is None:
                for _ in progress:
                    pass
            else:
                ProgressReporter(training, pace, sheets, page, log, report).follow(progress)
        if training.over and sheets is not None:
            sheet = _finish(begun, run, page, sheets, request, report)
            if log is not None:
                log.add_sheet(training.done, sheet)
    if not training.over:
        if first:
            _end_early(run, page, training.done, report)
        raise SystemExit(128 + (stop.signal or signal.SIGINT))


def _end_early(run: Options, page: RunPage, done: int, report: Report) -> None:
    """Write the page and say how to continue."""
    try:
        report.say(f"{page.write(f'Stopped after step {done}.')}: report so far")
    except OutputError as error:
        # The checkpoint, which matters more, is written already.
        report.complain(str(error))
    report.say(f"stopped after step {done}; continue with: uegan train --resume --name {shlex.quote(run.name)}")


def _finish(
    begun: Session, run: Options, page: RunPage, sheets: SampleSheets, request: TrainRequest, report: Report
) -> Path:
    """Install the style, write its page, and print both. Return the last sample sheet."""
    from ...styles.store import install
    from ...training.session import finish

    style = install(finish(begun, run.name, run.card), overwrite=request.overwrite or request.resume)
    report.result(str(style.path))
    sheet = sheets.write("result", style.generator, run.name)
    written = page.write(_describe_choice(style.card), style.card)
    report.record({"style": str(style.path), "report": str(written), "card": style.card.to_json()})
    for line in (_describe_distances(style.card), _describe_choice(style.card), f"{written}: report"):
        report.say(line)
    report.say(f"{run.name} is ready: uegan enhance PHOTO -s {run.name}")
    return sheet


def _describe_distances(card: Card) -> str:
    distances = ", ".join(f"{name} {value:g}" for name, value in card.metrics["distance"].items())
    return f"distance to the liked photos (standard deviations; lower is better): {distances}"


def _describe_choice(card: Card) -> str:
    """Return in a sentence which of instant look, start and steps the style is."""
    if card.recipe["chosen"] == "instant":
        return "The instant look came closest and is the style; more photos or steps may improve on it."
    if card.recipe["step"] == 0:
        return "No step came closer than the start, which is the style; more photos or steps may improve on it."
    return f"The style is the state after step {card.recipe['step']}, which came closest."
