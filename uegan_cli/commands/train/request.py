"""What `uegan train` was asked to do, and the run that stands for."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...errors import NoInputError, StyleError, UsageError
from ...jobs.inputs import photos_in
from ...styles.card import Card
from ...styles.names import cached, check_name

if TYPE_CHECKING:
    from ...training.config import TrainConfig
    from ...training.run_folder import RunOptions

WITH_RESUME = {
    *("name", "resume", "overwrite", "dry_run", "probe", "tensorboard", "vgg_weights", "download", "device"),
    *("json", "quiet", "verbose", "no_color"),
}
"""Parameters that may be given with --resume; the others are the run's own."""


@dataclass(frozen=True)
class TrainRequest:
    """What `uegan train` was asked to do. Raises StyleError for a name that no style may have.

    name: of the style and of its run. liked, raw, probe: folders, or photos for `probe`. card: texts for the style's
    card. vgg: file of weights. The recipe is a preset and what was given to change it: `training`, `network` and
    `weights` hold fields of TrainConfig, StyledGeneratorConfig and LossWeights. start: a style, "none", or None for the
    preset's own.
    """

    name: str
    liked: tuple[Path, ...]
    raw: tuple[Path, ...]
    probe: tuple[Path, ...]
    card: Card
    preset: Literal["quick", "standard", "paper", "natural"]
    start: str | None
    training: Mapping[str, Any]
    network: Mapping[str, Any]
    weights: Mapping[str, Any]
    vgg: Path | None
    device: str
    resume: bool
    overwrite: bool
    dry_run: bool
    download: bool
    tensorboard: bool

    def __post_init__(self) -> None:
        check_name(self.name)


def check_resumable(given: Collection[str]) -> None:
    """Check that no parameter in `given` would change a resumed run. Raises UsageError."""
    for name in given:
        if name not in WITH_RESUME:
            option = name.replace("_", "-")
            raise UsageError(f"--resume continues a run with the options it was started with; leave out --{option}")


def resolve_run(request: TrainRequest) -> RunOptions:
    """Return the options of the run: new ones, or those that a resumed run was started with.

    Raises StyleError or UsageError if style or run exist already, UsageError if a folder is missing, NoInputError if
    photos are, and DataSetError if there is no run to resume.
    """
    run = _read_run(request.name) if request.resume else _make_run(request)
    return replace(run, features=request.vgg or run.features)


def _make_run(request: TrainRequest) -> RunOptions:
    from ...training.checkpoints import list_checkpoints
    from ...training.run_folder import RunOptions, find_run_folder

    if not request.overwrite and cached(request.name).exists():
        raise StyleError(f"a style called {request.name!r} exists already; choose another --name or add --overwrite")
    if not request.liked or not request.raw:
        raise UsageError("training needs two folders; give --liked DIR and --raw DIR")
    folder = find_run_folder(request.name)
    if list_checkpoints(folder) and not request.overwrite:
        raise UsageError(f"{folder}: already holds a run; --resume continues it, --overwrite starts over")
    card = replace(request.card, command=_command(request))
    return RunOptions(request.name, _configure(request), photos_in(request.liked), photos_in(request.raw), None, card)


def _read_run(name: str) -> RunOptions:
    from ...training.run_folder import find_run_folder, read_options

    run = read_options(find_run_folder(name))
    missing = [path for path in (*run.liked, *run.raw) if not path.exists()]
    if missing:
        raise NoInputError(f"{missing[0]}: no such file, and a run is resumed with all of its photos; start over")
    return run


def _configure(request: TrainRequest) -> TrainConfig:
    """Return the preset with the changes. A changed network fits no style, so it starts with new weights."""
    from ...training.presets import preset

    config = preset(request.preset, **request.training)
    if request.start is not None or request.network:
        config = replace(config, start=None if request.start in (None, "none") else request.start)
    generator, weights = replace(config.generator, **request.network), replace(config.weights, **request.weights)
    return replace(config, generator=generator, weights=weights)


def _command(request: TrainRequest) -> str:
    """Return the command that makes the style again, without the user's folders, which are private."""
    words = ["uegan", "train", "--liked", "LIKED", "--raw", "RAW", "--name", request.name, "--preset", request.preset]
    options = {"--start": request.start} if request.start is not None else {}
    options |= {_option(field): value for field, value in (*request.training.items(), *request.network.items())}
    options |= {f"--{field}-weight": value for field, value in request.weights.items()}
    for option, value in options.items():
        words += [option, str(value)]
    return shlex.join(words)


def _option(field: str) -> str:
    """Return the option that sets a field of TrainConfig or StyledGeneratorConfig."""
    return "--lr" if field == "lr_generator" else f"--{field}"
