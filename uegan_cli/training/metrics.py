"""`metrics.jsonl`: how a run went, a line for each report, in the order of its steps."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import OutputError

METRICS = "metrics.jsonl"


def append(folder: Path, line: dict[str, Any]) -> None:
    """Add a line, on the disk before this returns: no checkpoint is ahead of it. Raises OutputError."""
    path = folder / METRICS
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}); free some space") from error


def cut(folder: Path, step: int) -> None:
    """Take away the lines after a step, and a last one that is torn: the run goes on from there. Raises OutputError."""
    path = folder / METRICS
    if not path.exists():
        return
    kept = sum(len(raw) for raw, line in _lines(path) if line["step"] <= step)
    try:
        os.truncate(path, kept)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error


def read(folder: Path) -> list[dict[str, Any]]:
    """All whole lines, in order; none where the run has not come so far."""
    path = folder / METRICS
    return [line for _, line in _lines(path)] if path.exists() else []


def _lines(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Lines as bytes and as values, up to the first that is not whole."""
    with path.open("rb") as file:
        for raw in file:
            try:
                line = json.loads(raw)
            except ValueError:
                return
            if not raw.endswith(b"\n"):
                return
            yield raw, line
