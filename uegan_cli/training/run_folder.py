"""A run on disk: `options.json`, `metrics.jsonl` and checkpoints in a folder of its own, one process at a time."""

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
from . import checkpoints
from .config import TrainConfig, train_config_from_json, train_config_to_json

OPTIONS = "options.json"


@dataclass(frozen=True)
class Options:
    """What a run was started with; all that `--resume` needs.

    liked, raw: the photos, in order. features: VGG file. card: texts for the style's card. probe: photos that the
    sample sheets show.
    """

    name: str
    config: TrainConfig
    liked: Sequence[Path]
    raw: Sequence[Path]
    features: Path | None
    card: Card
    probe: Sequence[Path] = ()


def folder_of(name_or_path: str) -> Path:
    """The folder of a run: a path, or the name of a style that was trained here.

    A name is never a path, or a run would go into a folder of photos that happens to have the name.
    """
    path = Path(name_or_path).expanduser()
    return runs_dir() / name_or_path if path.name == name_or_path else path


def make(folder: Path) -> None:
    """Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder, made where it is missing, for this process alone; what a killed one left unfinished is cleared away.

    Raises OutputError where another process works in it, or where it cannot be written.
    """
    make(folder)
    try:
        lock = FileLock(folder / ".lock").acquire(blocking=False)
    except Timeout as error:
        raise OutputError(f"{folder}: another uegan trains in it; wait, or choose another --name") from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    with lock:
        for leftover in folder.glob(".uegan-*.tmp"):
            leftover.unlink(missing_ok=True)
        yield


def write_options(folder: Path, options: Options) -> None:
    """Raises OutputError."""
    data = {
        "name": options.name,
        "card": options.card.to_json(),
        "config": train_config_to_json(options.config),
        "features": None if options.features is None else str(options.features.resolve()),
        "liked": [str(path.resolve()) for path in options.liked],
        "raw": [str(path.resolve()) for path in options.raw],
        "probe": [str(path.resolve()) for path in options.probe],
    }
    make(folder)
    with replacing(folder / OPTIONS) as file:
        file.write((json.dumps(data, indent=1) + "\n").encode())


def read_options(folder: Path) -> Options:
    """Raises DataSetError where the folder is no run."""
    try:
        data = json.loads((folder / OPTIONS).read_text(encoding="utf-8"))
        return Options(
            data["name"],
            train_config_from_json(data["config"]),
            [Path(path) for path in data["liked"]],
            [Path(path) for path in data["raw"]],
            None if data["features"] is None else Path(data["features"]),
            Card.from_json(data["card"]),
            [Path(path) for path in data.get("probe", [])],
        )
    except (OSError, ValueError, KeyError, TypeError, StyleError) as error:
        raise DataSetError(f"{folder}: no training run to go on with (no readable {OPTIONS})") from error


def style_from_run(name: str, folder: Path, step: int | None = None) -> Style:
    """The best averaged weights of a run as a style, or those of a checkpoint. Raises DataSetError."""
    options = read_options(folder)
    at, raw_config, weights = _best(folder) if step is None else _of_state(checkpoints.of_step(folder, step))
    config = train_config_from_json(raw_config)
    recipe = {"step": at, **train_config_to_json(config)}
    data = {"liked": len(options.liked), "raw": len(options.raw)}
    card = replace(options.card, data=data, recipe=recipe)
    return make_compact_style(name, config.generator, weights, card)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"{folder}: cannot be written ({error.strerror or error}); choose another folder")


def _best(folder: Path) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Step, configuration and weights of the best, or of the last where none was judged."""
    best = checkpoints.best(folder)
    if best is not None:
        return best["step"], best["config"], best["weights"]
    last = checkpoints.newest(folder)
    if last is None:
        raise DataSetError(f"{folder}: no checkpoint yet; go on with the run first")
    return _of_state(last.state)


def _of_state(state: checkpoints.State) -> tuple[int, dict[str, Any], dict[str, Any]]:
    return state["done"], state["config"], state["average"]["network"]
