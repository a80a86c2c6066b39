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
from ..shared.data_set import print_data_set
from ..shared.output import Report, counted
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
    from ...training.run import TrainingRun
    from ...training.run_folder import RunOptions


def train(request: TrainRequest, report: Report) -> None:
    """Check the photos, print the plan and, unless it is a dry run, train and install the style.

    In as many processes as torchrun has started, of which the first prints and writes. Raises UeganError, and
    SystemExit if a signal stopped the run.
    """
    from ...training import distributed

    if request.tensorboard:
        check_installed()
    options = resolve_run(request)
    options = replace(options, probe=find_probes(request.probe, report) or options.probe)
    with distributed.join_processes(request.device) as device:
        _train(options, request, device, report if distributed.is_first() else Report(quiet=True))


def _train(options: RunOptions, request: TrainRequest, device: torch.device, report: Report) -> None:
    from ...training import distributed, start
    from ...training.checkpoints import read_newest
    from ...training.estimate import measure_pace
    from ...training.run_folder import find_run_folder
    from ...training.samples import pick_evenly

    say = report.result if request.dry_run else report.say
    report.say(f"Checking {counted(len(options.liked) + len(options.raw), 'photo')}")
    photos, data_set = start.read_folders(options.liked, options.raw, options.config.size)
    print_data_set(data_set, say, report)
    # A resumed run needs its photos, but not those skipped here: they may be deleted.
    options = replace(options, liked=list(data_set.liked.photos), raw=list(data_set.raw.photos))
    rows = read_rows(options.probe or pick_evenly(options.raw), report) if distributed.is_first() else []
    options, features = _load_features(options, request)
    folder = find_run_folder(options.name)
    found = distributed.from_first(lambda: read_newest(folder)) if request.resume else None
    judged = min(start.MAX_JUDGED_PHOTOS, len(photos.raw))
    pace = measure_pace(start.make_rehearsal(options.config, photos, features, device), judged)
    print_plan(options, device, pace, found.state["done"] if found else 0, say, report)
    if request.dry_run:
        report.say("nothing was written")
        return
    with _lock_folder(folder):
        run = start.start_run(options.config, photos, features, device)
        if found is not None:
            _restore(run, found, report)
        elif distributed.is_first() and not request.resume:
            _start_folder(folder, options)
        _run_steps(run, options, pace, RunPage(options, data_set, folder), rows, request, report)


def _load_features(options: RunOptions, request: TrainRequest) -> tuple[RunOptions, Features | None]:
    """Return the options with their file of VGG weights, and the VGG. A dry run without a file times random weights."""
    from ...losses import vgg_weights
    from ...losses.features import Features
    from ...training import distributed

    if request.dry_run:
        file = vgg.find(options.features)
        return replace(options, features=file), vgg_weights.load_features(file) if file else Features()
    file = distributed.from_first(lambda: vgg.required(options.features, request.download))
    return replace(options, features=file), vgg_weights.load_features(file)


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Lock the run's folder for the first of its processes."""
    from ...training import distributed
    from ...training.run_folder import lock_folder

    with lock_folder(folder) if distributed.is_first() else nullcontext():
        yield


def _start_folder(folder: Path, options: RunOptions) -> None:
    """Delete the files of an earlier run of the same name, which would pass for this one's; write the options."""
    from ...training.run_folder import write_options

    for pattern in ("checkpoint-*", "best.pt", "samples-*", "metrics.jsonl", "report.html", "tensorboard/events*"):
        for old in folder.glob(pattern):
            old.unlink()
    write_options(folder, options)


def _restore(run: TrainingRun, found: Checkpoint, report: Report) -> None:
    """Restore the state of the last undamaged checkpoint."""
    from ...training import distributed

    for path in found.damaged if distributed.is_first() else ():
        report.complain(f"{path}: damaged; continuing from the checkpoint before it")
    run.load_state_dict(found.state)


def _run_steps(
    run: TrainingRun,
    options: RunOptions,
    pace: Pace,
    page: RunPage,
    rows: Sequence[SheetRow],
    request: TrainRequest,
    report: Report,
) -> None:
    """Do the remaining steps, then install the style, or end early if a signal asks for it."""
    from ...enhancement.devices import describe
    from ...training import distributed, loop

    first, processes = distributed.is_first(), distributed.process_count()
    where = describe(run.device) + f" in {processes} processes" * (processes > 1)
    report.say(f"Training {options.name} on {where}: {run.steps - run.done} steps")
    sheets = SampleSheets(page.folder, rows, run.instant_look) if first else None
    with open_log(page.folder, run.done) if first and request.tensorboard else nullcontext() as log:
        with stop_on_signals() as stop:
            progress = loop.train(run, page.folder, stop=stop)
            if sheets is None:
                for _ in progress:
                    pass
            else:
                ProgressReporter(run, pace, sheets, page, log, report).follow(progress)
        if run.is_over and sheets is not None:
            sheet = _finish(run, options, page, sheets, request, report)
            if log is not None:
                log.add_sheet(run.done, sheet)
    if not run.is_over:
        if first:
            _end_early(options, page, run.done, report)
        raise SystemExit(128 + (stop.signal or signal.SIGINT))


def _end_early(options: RunOptions, page: RunPage, done: int, report: Report) -> None:
    """Write the page and say how to continue."""
    try:
        report.say(f"{page.write(f'Stopped after step {done}.')}: report so far")
    except OutputError as error:
        # The checkpoint, which matters more, is written already.
        report.complain(str(error))
    report.say(f"stopped after step {done}; continue with: uegan train --resume --name {shlex.quote(options.name)}")


def _finish(
    run: TrainingRun, options: RunOptions, page: RunPage, sheets: SampleSheets, request: TrainRequest, report: Report
) -> Path:
    """Install the style, write its page, and print both. Return the last sample sheet."""
    from ...styles.store import install
    from ...training.finish import finish

    style = install(finish(run, options.name, options.card), overwrite=request.overwrite or request.resume)
    report.result(str(style.path))
    sheet = sheets.write("result", style.generator, options.name)
    written = page.write(_describe_choice(style.card), style.card)
    report.record({"style": str(style.path), "report": str(written), "card": style.card.to_json()})
    for line in (_describe_distances(style.card), _describe_choice(style.card), f"{written}: report"):
        report.say(line)
    report.say(f"{options.name} is ready: uegan enhance PHOTO -s {options.name}")
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
