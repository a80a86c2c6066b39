"""The last checkpoints are kept, a damaged one costs a few steps, and the best weights have a file of their own."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from uegan_cli.errors import DataSetError, OutputError
from uegan_cli.training.checkpoints import (
    list_checkpoints,
    read_best,
    read_newest,
    read_step,
    save_best,
    save_checkpoint,
)


def state(step: int, **more: Any) -> dict[str, Any]:
    return {"done": step, "config": {}, "best": None, "weights": torch.arange(1000.0) + step, **more}


def steps(folder: Path) -> list[int]:
    return [int(path.stem.split("-")[1]) for path in list_checkpoints(folder)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for step in (10, 20, 30, 40):
        save_checkpoint(state(step), tmp_path)
    return tmp_path


def damage(path: Path, seed: int = 0) -> None:
    """Change one byte in the middle, as a bad disk does."""
    data = bytearray(path.read_bytes())
    data[random.Random(seed).randrange(len(data) // 4, len(data) // 2)] ^= 0xFF
    path.write_bytes(data)


def test_the_last_three_are_kept_and_no_temporary_files(folder: Path) -> None:
    assert steps(folder) == [20, 30, 40]
    assert {path.suffix for path in folder.iterdir()} == {".pt"}


def test_a_state_that_the_run_went_back_to_is_the_newest(folder: Path) -> None:
    save_checkpoint(state(25), folder)
    assert steps(folder) == [20, 25]
    found = read_newest(folder)
    assert found is not None and found.state["done"] == 25


def test_the_newest_is_read_back_as_it_was_written(folder: Path) -> None:
    found = read_newest(folder)
    assert found is not None and found.damaged == []
    assert torch.equal(found.state["weights"], torch.arange(1000.0) + 40)


@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_checkpoint_is_skipped(folder: Path, seed: int) -> None:
    last = list_checkpoints(folder)[-1]
    damage(last, seed)
    found = read_newest(folder)
    assert found is not None and found.state["done"] == 30 and found.damaged == [last]


@pytest.mark.parametrize("left", [0, 1, 1000, 4000])
def test_a_truncated_checkpoint_is_skipped(folder: Path, left: int) -> None:
    last = list_checkpoints(folder)[-1]
    last.write_bytes(last.read_bytes()[:left])
    found = read_newest(folder)
    assert found is not None and found.damaged == [last]


def test_only_damaged_checkpoints_are_an_error_and_none_at_all_are_not(folder: Path, tmp_path: Path) -> None:
    for path in list_checkpoints(folder):
        damage(path)
    with pytest.raises(DataSetError, match="checkpoint-0000040.pt: damaged, as are all"):
        read_newest(folder)
    assert read_newest(tmp_path / "empty") is None


def test_a_step_that_was_not_kept_is_refused_with_a_list_of_those_that_were(folder: Path) -> None:
    assert read_step(folder, 30)["done"] == 30
    with pytest.raises(DataSetError, match=r"step 10 \(steps kept: 20, 30, 40\)"):
        read_step(folder, 10)
    damage(list_checkpoints(folder)[0])
    with pytest.raises(DataSetError, match="checkpoint-0000020.pt: damaged"):
        read_step(folder, 20)


def test_the_best_weights_have_a_file_of_their_own_and_are_in_checkpoints_too(folder: Path) -> None:
    assert read_best(folder) is None
    best = {"step": 35, "distance": 2.5, "weights": {"w": torch.ones(3000)}}
    save_best(state(50), folder)
    assert not (folder / "best.pt").exists(), "nothing was judged"
    save_checkpoint(state(50, best=best), folder)
    save_best(state(50, best=best), folder)
    for path in list_checkpoints(folder):
        damage(path)
    alone = read_best(folder)
    assert alone is not None and (alone["step"], alone["distance"]) == (35, 2.5)
    save_checkpoint(state(60, best=best), folder)
    damage(folder / "best.pt")
    again = read_best(folder)
    assert again is not None and torch.equal(again["weights"]["w"], torch.ones(3000))


def test_a_failed_write_is_an_error_and_leaves_no_temporary_files(folder: Path) -> None:
    with pytest.raises(OutputError, match="checkpoint-0000050.pt"):
        save_checkpoint(state(50), folder / "missing")
    (folder / "checkpoint-0000050.pt").mkdir()
    with pytest.raises(OutputError, match="checkpoint-0000050.pt"):
        save_checkpoint(state(50), folder)
    assert not list(folder.glob(".uegan-*"))
