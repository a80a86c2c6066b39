"""The states of a run on disk: the last few, to go on from, and the best weights so far."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..errors import DataSetError, OutputError
from ..photo.atomic import replacing

KEPT = 3
BEST = "best.pt"

State = dict[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """A state that was read, and the newer files that were passed over because they are damaged."""

    state: State
    damaged: Sequence[Path] = ()


def checkpoints(folder: Path) -> list[Path]:
    """A run's checkpoints, oldest first."""
    return sorted(folder.glob("checkpoint-*.pt"))


def save(state: State, folder: Path) -> Path:
    """Write `checkpoint-STEP.pt`; keep it and the two before it. Raises OutputError.

    Later ones are of steps that the run has gone back on: they would be resumed from, and go.
    """
    target = _file(folder, state["done"])
    _write(target, state)
    there = checkpoints(folder)
    place = there.index(target) + 1
    for old in [*there[: max(0, place - KEPT)], *there[place:]]:
        old.unlink(missing_ok=True)
    return target


def save_best(state: State, folder: Path) -> None:
    """Write the best weights of a state to a file of their own, which outlives its checkpoint. Raises OutputError."""
    if state["best"] is not None:
        _write(folder / BEST, {"config": state["config"], **state["best"]})


def newest(folder: Path) -> Checkpoint | None:
    """The last state that is whole; None where none was written yet. Raises DataSetError where all are damaged."""
    damaged: list[Path] = []
    for path in reversed(checkpoints(folder)):
        state = _read(path)
        if state is not None:
            return Checkpoint(state, damaged)
        damaged.append(path)
    if damaged:
        raise DataSetError(f"{damaged[0]}: is damaged, as are all checkpoints of this run; start anew with --overwrite")
    return None


def of_step(folder: Path, step: int) -> State:
    """The state after a step. Raises DataSetError where it was not kept or is damaged."""
    path = _file(folder, step)
    if not path.is_file():
        there = ", ".join(str(int(file.stem.split("-")[1])) for file in checkpoints(folder)) or "none"
        raise DataSetError(f"{folder}: no checkpoint of step {step} (there are: {there})")
    state = _read(path)
    if state is None:
        raise DataSetError(f"{path}: is damaged; choose another step")
    return state


def best(folder: Path) -> State | None:
    """`config`, `step`, `distance` and `weights` of the best so far: from their own file, else from a checkpoint."""
    state = _read(folder / BEST) if (folder / BEST).is_file() else None
    if state is not None:
        return state
    last = newest(folder)
    if last is None or last.state["best"] is None:
        return None
    return {"config": last.state["config"], **last.state["best"]}


def _file(folder: Path, step: int) -> Path:
    return folder / f"checkpoint-{step:07d}.pt"


def _write(path: Path, state: State) -> None:
    try:
        with replacing(path) as file:
            torch.save(state, file)
    except RuntimeError as error:
        # torch's own writer, where the disk is full.
        raise OutputError(f"{path}: cannot be written ({error}); free some space and use --resume") from error


def _read(path: Path) -> State | None:
    """None for a file that is damaged."""
    try:
        # torch reads past wrong bytes; the archive's checksums do not.
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                return None
        state: State = torch.load(path, map_location="cpu", weights_only=True)
        return state
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile):
        return None
