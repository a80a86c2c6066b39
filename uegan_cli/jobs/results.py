"""The result of each photo that `enhance` was given, and the exit code that follows from all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import PhotoError, UeganError
from .plan import Task


@dataclass(frozen=True)
class TaskResult:
    """What became of a task.

    reason: why it was skipped or failed. format: that the photo was read as. width, height: of the upright photo, in
    pixels. tags: camera and date, see `read_tags`. seconds: of work, without waiting. error: why it failed.
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

    @classmethod
    def failed(cls, task: Task, error: UeganError) -> TaskResult:
        return cls(task, "failed", str(error), error=error)

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


def result_without_work(task: Task) -> TaskResult:
    """Return the result of a task that is no work: failed if it has a problem, else skipped."""
    return TaskResult.failed(task, task.problem) if task.problem is not None else TaskResult(task, "skipped", task.skip)


def exit_code(results: Sequence[TaskResult]) -> int:
    """Return 0 if no photo failed, the errors' own code if all failed with the same one, and 1 otherwise."""
    codes = {result.error.exit_code for result in results if result.error is not None}
    if not codes:
        return 0
    all_alike = len(codes) == 1 and not any(result.status == "enhanced" for result in results)
    return codes.pop() if all_alike else PhotoError.exit_code
