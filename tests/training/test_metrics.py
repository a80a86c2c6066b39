"""Metrics are read back as they were written, cut where a run continues, and survive a power cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from uegan_cli.errors import OutputError
from uegan_cli.training.metrics import METRICS_NAME, append_metrics, read_metrics, truncate_metrics


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for step in (10, 20, 30):
        append_metrics(tmp_path, {"step": step, "quality": step / 7})
    return tmp_path


def steps(folder: Path) -> list[int]:
    return [line["step"] for line in read_metrics(folder)]


def test_lines_are_read_back_as_they_were_written(folder: Path) -> None:
    assert read_metrics(folder) == [{"step": step, "quality": step / 7} for step in (10, 20, 30)]


@pytest.mark.parametrize(("step", "left"), [(30, [10, 20, 30]), (29, [10, 20]), (10, [10]), (0, [])])
def test_lines_after_a_step_are_removed(folder: Path, step: int, left: list[int]) -> None:
    truncate_metrics(folder, step)
    assert steps(folder) == left
    append_metrics(folder, {"step": 99})
    assert steps(folder) == [*left, 99]


@pytest.mark.parametrize("incomplete", [b'{"step": 4', b'{"step": 40}', b"\0\0\0\0", b"\xff"])
def test_a_line_cut_short_by_a_power_cut_is_not_read_and_is_removed(folder: Path, incomplete: bytes) -> None:
    with (folder / METRICS_NAME).open("ab") as file:
        file.write(incomplete)
    assert steps(folder) == [10, 20, 30]
    truncate_metrics(folder, 40)
    append_metrics(folder, {"step": 40})
    assert steps(folder) == [10, 20, 30, 40]


def test_a_new_run_has_no_lines(tmp_path: Path) -> None:
    truncate_metrics(tmp_path, 0)
    assert read_metrics(tmp_path) == []


def test_a_failed_write_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="metrics.jsonl: cannot be written"):
        append_metrics(tmp_path / "missing", {"step": 1})
