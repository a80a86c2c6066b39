from __future__ import annotations

from pathlib import Path

import pytest

from uegan_cli.errors import OutputError
from uegan_cli.training.metrics import METRICS, append, cut, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for step in (10, 20, 30):
        append(tmp_path, {"step": step, "quality": step / 7})
    return tmp_path


def steps(folder: Path) -> list[int]:
    return [line["step"] for line in read(folder)]


def test_lines_come_back_as_they_were_written(folder: Path) -> None:
    assert read(folder) == [{"step": step, "quality": step / 7} for step in (10, 20, 30)]


@pytest.mark.parametrize(("step", "left"), [(30, [10, 20, 30]), (29, [10, 20]), (10, [10]), (0, [])])
def test_lines_after_a_step_are_cut(folder: Path, step: int, left: list[int]) -> None:
    cut(folder, step)
    assert steps(folder) == left
    append(folder, {"step": 99})
    assert steps(folder) == [*left, 99]


@pytest.mark.parametrize("torn", [b'{"step": 4', b'{"step": 40}', b"\0\0\0\0", b"\xff"])
def test_a_line_torn_by_a_power_cut_is_not_read_and_is_cut(folder: Path, torn: bytes) -> None:
    with (folder / METRICS).open("ab") as file:
        file.write(torn)
    assert steps(folder) == [10, 20, 30]
    cut(folder, 40)
    append(folder, {"step": 40})
    assert steps(folder) == [10, 20, 30, 40]


def test_a_run_that_has_written_nothing_has_no_lines(tmp_path: Path) -> None:
    cut(tmp_path, 0)
    assert read(tmp_path) == []


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="metrics.jsonl: cannot be written"):
        append(tmp_path / "gone", {"step": 1})
