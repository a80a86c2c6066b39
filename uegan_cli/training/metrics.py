"""`metrics.jsonl`: the progress of a run, one line for each report, in the order of the steps."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import OutputError

METRICS_NAME = "metrics.jsonl"


def append_metrics(folder: Path, line: dict[str, Any]) -> None:
    """Append a line and wait until it is on the disk, so that no checkpoint is ahead of it. Raises OutputError."""
    path = folder / METRICS_NAME
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}); free some space") from error


def truncate_metrics(folder: Path, step: int) -> None:
    """Remove the lines after a step, and an incomplete last one, before the run continues. Raises OutputError."""
    path = folder / METRICS_NAME
    if not path.exists():
        return
    kept = sum(len(raw) for raw, line in _complete_lines(path) if line["step"] <= step)
    try:
        os.truncate(path, kept)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Return all complete lines, in order; none if there is no file yet."""
    path = folder / METRICS_NAME
    return [line for _, line in _complete_lines(path)] if path.exists() else []


def _complete_lines(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Yield lines as bytes and values, up to the first one that is incomplete."""
    with path.open("rb") as file:
        for raw in file:
            try:
                line = json.loads(raw)
            except ValueError:
                return
            if not raw.endswith(b"\n"):
                return
            yield raw, line
