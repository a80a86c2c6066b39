"""The checkpoints of a run on disk: the last few states, to resume from, and the best weights so far."""

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

MAX_CHECKPOINTS = 3
"""Kept of a run, the last ones."""

BEST_NAME = "best.pt"

State = dict[str, Any]
"""The state of a run (see `TrainingRun.state_dict`): nested tensors and plain values."""


@dataclass(frozen=True)
class Checkpoint:
    """A state that was read. damaged: newer checkpoints, which could not be read."""

    state: State
    damaged: Sequence[Path] = ()


def list_checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints of a run, oldest first."""
    return sorted(folder.glob("checkpoint-*.pt"))


def save_checkpoint(state: State, folder: Path) -> Path:
    """Write `checkpoint-STEP.pt` and delete all but it and those just before it. Raises OutputError.

    Later ones are deleted, too: the run has gone back on their steps, and would be resumed from them.
    """
    target = _checkpoint_path(folder, state["done"])
    _write(target, state)
    existing = list_checkpoints(folder)
    place = existing.index(target) + 1
    for old in [*existing[: max(0, place - MAX_CHECKPOINTS)], *existing[place:]]:
        old.unlink(missing_ok=True)
    return target


def save_best(state: State, folder: Path) -> None:
    """Write the best weights in a state, if any, to a file of their own, which is not deleted. Raises OutputError."""
    if state["best"] is not None:
        _write(folder / BEST_NAME, {"config": state["config"], **state["best"]})


def read_newest(folder: Path) -> Checkpoint | None:
    """Read the last undamaged checkpoint; None if there are none at all. Raises DataSetError if all are damaged."""
    damaged: list[Path] = []
    for path in reversed(list_checkpoints(folder)):
        state = _read(path)
        if state is not None:
            return Checkpoint(state, damaged)
        damaged.append(path)
    if damaged:
        raise DataSetError(f"{damaged[0]}: damaged, as are all checkpoints of this run; start over with --overwrite")
    return None


def read_step(folder: Path, step: int) -> State:
    """Read the state after a step. Raises DataSetError if it was not kept, or is damaged."""
    path = _checkpoint_path(folder, step)
    if not path.is_file():
        steps = ", ".join(str(int(file.stem.split("-")[1])) for file in list_checkpoints(folder)) or "none"
        raise DataSetError(f"{folder}: no checkpoint of step {step} (steps kept: {steps})")
    state = _read(path)
    if state is None:
        raise DataSetError(f"{path}: damaged; choose another step")
    return state


def read_best(folder: Path) -> State | None:
    """Read `config`, `step`, `distance` and `weights` of the best, from their own file or else a checkpoint.

    Returns None if none were judged. Raises DataSetError if everything is damaged.
    """
    state = _read(folder / BEST_NAME) if (folder / BEST_NAME).is_file() else None
    if state is not None:
        return state
    last = read_newest(folder)
    if last is None or last.state["best"] is None:
        return None
    return {"config": last.state["config"], **last.state["best"]}


def _checkpoint_path(folder: Path, step: int) -> Path:
    return folder / f"checkpoint-{step:07d}.pt"


def _write(path: Path, state: State) -> None:
    try:
        with replacing(path) as file:
            torch.save(state, file)
    except RuntimeError as error:
        # torch's own writer raises it when the disk is full.
        raise OutputError(f"{path}: cannot be written ({error}); free some space and use --resume") from error


def _read(path: Path) -> State | None:
    """Read a state; None if the file is damaged."""
    try:
        # torch does not check the checksums of the archive.
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                return None
        state: State = torch.load(path, map_location="cpu", weights_only=True)
        return state
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile):
        return None
