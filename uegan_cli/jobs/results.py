"""What became of the photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import PhotoError, UeganError
from .plan import Task


@dataclass(frozen=True)
class Result:
    """What became of one photo. reason: why it was skipped or failed. width, height: upright, in pixels.

    format: what it was read as. tags: camera and date, see `read_tags`. seconds: of work, waiting left out. error: what
    it failed with.
    """

    task: Task
    status: Literal["enhanced", "skipped", "failed"]
    reason: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    error: UeganError | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "input": str(self.task.source),
            "output": str(self.task.target),
            "status": self.status,
            "reason": self.reason,
            "format": self.format,
            "width": self.width,
            "height": self.height,
            "make": self.tags.get("make"),
            "model": self.tags.get("model"),
            "taken": self.tags.get("taken"),
            "seconds": round(self.seconds, 3),
            "warnings": list(self.warnings),
        }


def unworked(task: Task) -> Result:
    """The result of a task that is no work: it is skipped, or cannot be done."""
    return failed(task, task.problem) if task.problem is not None else Result(task, "skipped", task.skip)


def failed(task: Task, error: UeganError) -> Result:
    return Result(task, "failed", str(error), error=error)


def exit_code(results: Sequence[Result]) -> int:
    """0 if no photo failed; the error's own code if all failed, and alike; else 1."""
    codes = {result.error.exit_code for result in results if result.error is not None}
    if not codes:
        return 0
    alike = len(codes) == 1 and not any(result.status == "enhanced" for result in results)
    return codes.pop() if alike else PhotoError.exit_code
