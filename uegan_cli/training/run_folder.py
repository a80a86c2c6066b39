"""A run on disk: `options.json`, `metrics.jsonl` and checkpoints in a folder that one process at a time works in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..errors import DataSetError, OutputError, StyleError
from ..paths import runs_dir
from ..photo.atomic import replacing
from ..styles.card import Card
from ..styles.compact import make_compact_style
from ..styles.file import Style
from .checkpoints import State, read_best, read_newest, read_step
from .config import TrainConfig, train_config_from_json, train_config_to_json

OPTIONS_NAME = "options.json"


@dataclass(frozen=True)
class RunOptions:
    """What a run was started with: all that `--resume` needs.

    name: of the style. liked, raw: the photos, in order. features: the file of VGG weights. card: texts for the style's
    card. probe: photos that the sample sheets show.
    """

    name: str
    config: TrainConfig
    liked: Sequence[Path]
    raw: Sequence[Path]
    features: Path | None
    card: Card
    probe: Sequence[Path] = ()


def find_run_folder(name_or_path: str) -> Path:
    """Return the folder of a run, given as a path or as the name of a style.

    A bare name is never a path: a run must not go into a folder of photos that happens to have this name.
    """
    path = Path(name_or_path).expanduser()
    return runs_dir() / name_or_path if path.name == name_or_path else path


def make_folder(folder: Path) -> None:
    """Make the folder if it is missing. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from error


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Make the folder if it is missing, lock it, and delete what a killed process left unfinished.

    Raises OutputError if another process holds the lock, or if the folder cannot be written.
    """
    make_folder(folder)
    try:
        lock = FileLock(folder / ".lock").acquire(blocking=False)
    except Timeout as error:
        raise OutputError(f"{folder}: in use by another uegan; wait, or choose another --name") from error
    except OSError as error:
        raise _not_writable(folder, error) from error
    with lock:
        for leftover in folder.glob(".uegan-*.tmp"):
            leftover.unlink(missing_ok=True)
        yield


def write_options(folder: Path, options: RunOptions) -> None:
    """Write `options.json` with absolute paths. Raises OutputError."""
    data = {
        "name": options.name,
        "card": options.card.to_json(),
        "config": train_config_to_json(options.config),
        "features": None if options.features is None else str(options.features.resolve()),
        "liked": [str(path.resolve()) for path in options.liked],
        "raw": [str(path.resolve()) for path in options.raw],
        "probe": [str(path.resolve()) for path in options.probe],
    }
    make_folder(folder)
    with replacing(folder / OPTIONS_NAME) as file:
        file.write((json.dumps(data, indent=1) + "\n").encode())


def read_options(folder: Path) -> RunOptions:
    """Read `options.json`. Raises DataSetError if the folder is not that of a run."""
    try:
        data = json.loads((folder / OPTIONS_NAME).read_text(encoding="utf-8"))
        return RunOptions(
            data["name"],
            train_config_from_json(data["config"]),
            [Path(path) for path in data["liked"]],
            [Path(path) for path in data["raw"]],
            None if data["features"] is None else Path(data["features"]),
            Card.from_json(data["card"]),
            [Path(path) for path in data.get("probe", [])],
        )
    except (OSError, ValueError, KeyError, TypeError, StyleError) as error:
        raise DataSetError(f"{folder}: no training run to continue (no readable {OPTIONS_NAME})") from error


def style_from_run(name: str, folder: Path, step: int | None = None) -> Style:
    """Make a style of the best averaged weights of a run, or of those after a step. Raises DataSetError."""
    options = read_options(folder)
    done, stored_config, weights = _best_weights(folder) if step is None else _averaged(read_step(folder, step))
    config = train_config_from_json(stored_config)
    recipe = {"step": done, **train_config_to_json(config)}
    data = {"liked": len(options.liked), "raw": len(options.raw)}
    card = replace(options.card, data=data, recipe=recipe)
    return make_compact_style(name, config.generator, weights, card)


def _not_writable(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"{folder}: cannot be written ({error.strerror or error}); choose another folder")


def _best_weights(folder: Path) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Return step, configuration and weights of the best, or of the last if none were judged."""
    best = read_best(folder)
    if best is not None:
        return best["step"], best["config"], best["weights"]
    last = read_newest(folder)
    if last is None:
        raise DataSetError(f"{folder}: no checkpoint yet; continue the run first")
    return _averaged(last.state)


def _averaged(state: State) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Return step, configuration and averaged weights of a state."""
    return state["done"], state["config"], state["average"]["network"]
