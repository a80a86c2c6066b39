"""A run on disk: `options.json`, `metrics.jsonl` and checkpoints in a folder of its own."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ..config import TrainConfig, train_config_from_json, train_config_to_json
from ..errors import DataSetError, OutputError, StyleError
from ..paths import runs_dir
from ..styles.card import Card
from ..styles.file import Style, make_style
from ..styles.preview import make_preview
from .loop import checkpoints

OPTIONS = "options.json"


@dataclass(frozen=True)
class Options:
    """What a run was started with; all that `--resume` needs.

    liked, raw: the photos, in order. features: VGG file. card: texts for the style's card.
    """

    name: str
    config: TrainConfig
    liked: Sequence[Path]
    raw: Sequence[Path]
    features: Path | None
    card: Card


def folder_of(name_or_path: str) -> Path:
    """The folder of a run: a path, or the name of a style that was trained here."""
    path = Path(name_or_path).expanduser()
    return path if path.is_dir() or path.name != name_or_path else runs_dir() / name_or_path


def write_options(folder: Path, options: Options) -> None:
    """Raises OutputError."""
    data = {
        "name": options.name,
        "card": options.card.to_json(),
        "config": train_config_to_json(options.config),
        "features": None if options.features is None else str(options.features.resolve()),
        "liked": [str(path.resolve()) for path in options.liked],
        "raw": [str(path.resolve()) for path in options.raw],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / OPTIONS).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error}); choose another folder") from error


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
        )
    except (OSError, ValueError, KeyError, TypeError, StyleError) as error:
        raise DataSetError(f"{folder}: no training run to go on with (no readable {OPTIONS})") from error


def read_checkpoint(folder: Path, step: int | None = None) -> dict[str, Any]:
    """The state after a step, or the last one there is. Raises DataSetError."""
    files = checkpoints(folder) if step is None else [folder / f"checkpoint-{step:07d}.pt"]
    if not files or not files[-1].is_file():
        there = ", ".join(str(int(file.stem.split("-")[1])) for file in checkpoints(folder)) or "none"
        raise DataSetError(f"{folder}: no checkpoint{'' if step is None else f' of step {step}'} (there are: {there})")
    try:
        state: dict[str, Any] = torch.load(files[-1], map_location="cpu", weights_only=True)
        return state
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise DataSetError(f"{files[-1]}: is damaged; remove it and --resume goes on from the one before") from error


def style_from_run(name: str, folder: Path, step: int | None = None) -> Style:
    """The averaged weights of a checkpoint as a style. Raises DataSetError."""
    options, state = read_options(folder), read_checkpoint(folder, step)
    config = train_config_from_json(state["config"])
    recipe = {"step": state["done"], **train_config_to_json(config)}
    data = {"liked": len(options.liked), "raw": len(options.raw)}
    card = replace(options.card, data=data, recipe=recipe)
    weights = {key: tensor.half() for key, tensor in state["average"]["network"].items()}
    style = make_style(name, config.generator, weights, card)
    return Style(name, style.config, style.generator, card, style.hash, make_preview(style.generator))
