"""What `uegan eval` was asked to do."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ...evaluation.metrics import METRICS

NEEDED_OPTIONS = {
    **dict.fromkeys(("psnr", "ssim", "delta_e"), "--reference"),
    **dict.fromkeys(("tone", "colour", "kid"), "--liked"),
}
"""Metrics -> the option without which they are not measured."""


@dataclass(frozen=True)
class EvalRequest:
    """What `uegan eval` was asked to do, checked. Raises UsageError for options that do not fit together.

    photos: files, folders and globs. styles: names or files. results: folders of results, by method. reference: the
    folder of finished versions. liked: folders of liked photos. nima, vgg: files of weights. html, study, csv: pages
    and table to write. bounds: --fail-under, by metric. fresh: measure again what was measured before.
    """

    photos: tuple[str, ...]
    styles: tuple[str, ...]
    results: dict[str, Path]
    strength: float
    reference: Path | None
    liked: tuple[Path, ...]
    baselines: bool
    nima: Path | None
    vgg: Path | None
    recursive: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    max_pixels: int | None
    device: str
    html: Path | None
    study: Path | None
    csv: Path | None
    ablation: bool
    bounds: dict[str, float]
    fresh: bool

    def __post_init__(self) -> None:
        given = {"--reference": self.reference is not None, "--liked": bool(self.liked)}
        for key in self.bounds:
            needed = NEEDED_OPTIONS.get(key)
            if needed is not None and not given[needed]:
                raise UsageError(f"--fail-under {key}: {METRICS[key].title} needs {needed}")
        if self.ablation and self.reference is None:
            raise UsageError("--ablation compares with finished versions; name their folder with --reference")
        if self.ablation and self.results:
            raise UsageError("--ablation compares styles only; leave out --results")


def choose_styles(given: Sequence[str], on_command_line: bool, has_results: bool) -> tuple[str, ...]:
    """Return the styles to evaluate, `natural` if none is given.

    given: values of --style, wherever they come from. With --results and no -s on the command line, only the results
    are evaluated, even if a style is set in the environment or the settings.
    """
    if has_results and not on_command_line:
        return ()
    if not on_command_line and os.environ.get("UEGAN_STYLE"):
        # The variable names one style, as for other commands; Typer would split it at spaces.
        return (os.environ["UEGAN_STYLE"],)
    return tuple(given) or ("natural",)


def parse_results(texts: Sequence[str]) -> dict[str, Path]:
    """Parse values of --results, NAME=DIR, into folders by name. Raises UsageError."""
    folders: dict[str, Path] = {}
    for text in texts:
        name, equals, folder = text.partition("=")
        if not (name and equals and folder):
            raise UsageError(f"--results {text}: write it as NAME=DIR")
        if name in folders:
            raise UsageError(f"--results {name}: the name is used twice; give each folder its own")
        folders[name] = Path(folder).expanduser()
    return folders


def parse_bounds(texts: Sequence[str]) -> dict[str, float]:
    """Parse values of --fail-under, MEASURE=NUMBER, into bounds by metric. Raises UsageError."""
    allowed = [key for key, metric in METRICS.items() if metric.better is not None]
    bounds = {}
    for text in texts:
        parts = re.fullmatch(r"(\w+)=([-+]?\d*\.?\d+)", text)
        if parts is None or parts[1] not in allowed:
            names = ", ".join(allowed)
            raise UsageError(f"--fail-under {text}: write it as MEASURE=NUMBER, where MEASURE is one of {names}")
        bounds[parts[1]] = float(parts[2])
    return bounds
