from __future__ import annotations

from pathlib import Path

import pytest

from uegan_cli.errors import DeviceError, OutputError, PhotoError
from uegan_cli.jobs.plan import Task
from uegan_cli.jobs.results import TaskResult, exit_code, result_without_work

TASK = Task(Path("p.jpg"), Path("q.jpg"), "exists")
DONE = TaskResult(TASK, "enhanced")


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 0),
        ([DONE], 0),
        ([result_without_work(TASK)], 0),
        ([DONE, TaskResult.failed(TASK, PhotoError("x"))], 1),
        ([TaskResult.failed(TASK, PhotoError("x"))], 1),
        ([TaskResult.failed(TASK, OutputError("x"))] * 2, 7),
        ([TaskResult.failed(TASK, DeviceError("x")), result_without_work(TASK)], 5),
        ([DONE, TaskResult.failed(TASK, OutputError("x"))], 1),
        ([TaskResult.failed(TASK, OutputError("x")), TaskResult.failed(TASK, DeviceError("x"))], 1),
    ],
)
def test_the_exit_code_is_that_of_the_error_that_all_photos_failed_with(results, code):
    assert exit_code(results) == code


def test_a_task_with_a_problem_has_failed():
    result = result_without_work(Task(Path("p.nef"), Path("p.nef"), problem=PhotoError("p.nef: no")))
    assert (result.status, result.reason, result.error.exit_code) == ("failed", "p.nef: no", 1)


def test_a_result_is_one_json_object():
    assert result_without_work(TASK).to_json() == {
        "input": "p.jpg",
        "output": "q.jpg",
        "status": "skipped",
        "reason": "exists",
        "format": None,
        "width": None,
        "height": None,
        "make": None,
        "model": None,
        "taken": None,
        "seconds": 0.0,
        "warnings": [],
    }
