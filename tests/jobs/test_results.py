from __future__ import annotations

from pathlib import Path

import pytest

from uegan_cli.errors import DeviceError, OutputError, PhotoError
from uegan_cli.jobs.plan import Task
from uegan_cli.jobs.results import Result, exit_code, failed, skipped

TASK = Task(Path("p.jpg"), Path("q.jpg"), "exists")
DONE = Result(TASK, "enhanced")


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 0),
        ([DONE], 0),
        ([skipped(TASK)], 0),
        ([DONE, failed(TASK, PhotoError("x"))], 1),
        ([failed(TASK, PhotoError("x"))], 1),
        ([failed(TASK, OutputError("x"))] * 2, 7),
        ([failed(TASK, DeviceError("x")), skipped(TASK)], 5),
        ([DONE, failed(TASK, OutputError("x"))], 1),
        ([failed(TASK, OutputError("x")), failed(TASK, DeviceError("x"))], 1),
    ],
)
def test_the_exit_code_says_what_all_photos_failed_with(results, code):
    assert exit_code(results) == code


def test_a_result_is_one_json_object():
    assert skipped(TASK).to_json() == {
        "input": "p.jpg",
        "output": "q.jpg",
        "status": "skipped",
        "reason": "exists",
        "width": None,
        "height": None,
        "seconds": 0.0,
        "warnings": [],
    }
