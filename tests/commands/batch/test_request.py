"""Requests that are refused, each with one line and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run

pytestmark = pytest.mark.usefixtures("bright")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("gone", "dst"), 3, "gone: no such folder"),
        (("src", "src"), 2, "is both SRC and DST"),
        (("src", "src/a.jpg"), 7, "is not a folder"),
        (("src", "dst", "-s", "nope"), 4, "nope"),
        (("src", "dst", "--include", "*.gif"), 3, "no photos here"),
        (("src", "dst", "--report", "r.txt"), 2, ".html or .csv"),
        (("src", "dst", "--watch", "--dry-run"), 2, "choose one"),
        (("src", "dst", "--device", "cuda:7"), 5, "cuda:7"),
        (("nosuch://bucket/x", "dst"), 2, "nosuch"),
        (("memory://x", "dst", "--watch"), 2, "only folders can be watched"),
        (("memory://x", "memory://y", "--engine", "ray"), 2, "in one process only"),
    ],
)
def test_a_refused_request_is_one_line_and_an_exit_code(
    tree: Path, uegan: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    outcome = uegan("batch", *arguments)
    assert outcome.code == code, outcome.err
    assert said in outcome.err.splitlines()[-1]
