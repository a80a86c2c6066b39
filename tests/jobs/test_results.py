from __future__ import annotations

from pathlib import Path

import pytest

from uegan_cli.errors import DeviceError, OutputError, PhotoError
from uegan_cli.jobs.plan import Task
from uegan_cli.jobs.results import Result, exit_code, failed, unworked

TASK = Task(Path("p.jpg"), Path("q.jpg"), "exists")
DONE = Result(TASK, "enhanced")


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 0),
        ([DONE], 0),
        ([unworked(TASK)], 0),
        ([DONE, failed(TASK, PhotoError("x"))], 1),
        ([failed(TASK, PhotoError("x"))], 1),
        ([failed(TASK, OutputError("x"))] * 2, 7),
        ([failed(TASK, DeviceError("x")), unworked(TASK)], 5),
        ([DONE, failed(TASK, OutputError("x"))], 1),
        ([failed(TASK, OutputError("x")), failed(TASK, DeviceError("x"))], 1),
    ],
)
def test_the_exit_code_says_what_all_photos_failed_with(results, code):
    assert exit_code(results) == code


def test_what_cannot_be_done_has_failed_before_it_is_tried():
    result = unworked(Task(Path("p.nef"), Path("p.nef"), problem=PhotoError("p.nef: no")))
    assert (result.status, result.reason, result.error.exit_code) == ("failed", "p.nef: no", 1)


def test_a_result_is_one_json_object():
    assert unworked(TASK).to_json() == {
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
