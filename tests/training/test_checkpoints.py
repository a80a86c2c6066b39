from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from uegan_cli.errors import DataSetError, OutputError
from uegan_cli.training.checkpoints import best, checkpoints, newest, of_step, save, save_best


def state(step: int, **more: Any) -> dict[str, Any]:
    return {"done": step, "config": {}, "best": None, "weights": torch.arange(1000.0) + step, **more}


def steps(folder: Path) -> list[int]:
    return [int(path.stem.split("-")[1]) for path in checkpoints(folder)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for step in (10, 20, 30, 40):
        save(state(step), tmp_path)
    return tmp_path


def damage(path: Path, seed: int = 0) -> None:
    """One byte in the middle is another, as on a disk that forgets."""
    data = bytearray(path.read_bytes())
    data[random.Random(seed).randrange(len(data) // 4, len(data) // 2)] ^= 0xFF
    path.write_bytes(data)


def test_the_last_three_are_kept_and_nothing_else_is_left(folder: Path) -> None:
    assert steps(folder) == [20, 30, 40]
    assert {path.suffix for path in folder.iterdir()} == {".pt"}


def test_a_state_that_the_run_went_back_to_is_the_newest(folder: Path) -> None:
    save(state(25), folder)
    assert steps(folder) == [20, 25]
    found = newest(folder)
    assert found is not None and found.state["done"] == 25


def test_the_newest_is_read_back_as_it_was(folder: Path) -> None:
    found = newest(folder)
    assert found is not None and found.damaged == []
    assert torch.equal(found.state["weights"], torch.arange(1000.0) + 40)


@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_one_is_passed_over_for_the_one_before(folder: Path, seed: int) -> None:
    last = checkpoints(folder)[-1]
    damage(last, seed)
    found = newest(folder)
    assert found is not None and found.state["done"] == 30 and found.damaged == [last]


@pytest.mark.parametrize("left", [0, 1, 1000, 4000])
def test_one_that_was_cut_off_is_passed_over(folder: Path, left: int) -> None:
    last = checkpoints(folder)[-1]
    last.write_bytes(last.read_bytes()[:left])
    found = newest(folder)
    assert found is not None and found.damaged == [last]


def test_where_all_are_damaged_it_is_said_and_where_none_was_written_it_is_not(folder: Path, tmp_path: Path) -> None:
    for path in checkpoints(folder):
        damage(path)
    with pytest.raises(DataSetError, match="checkpoint-0000040.pt: is damaged, as are all"):
        newest(folder)
    assert newest(tmp_path / "empty") is None


def test_a_step_that_was_not_kept_is_refused_with_those_that_were(folder: Path) -> None:
    assert of_step(folder, 30)["done"] == 30
    with pytest.raises(DataSetError, match=r"step 10 \(there are: 20, 30, 40\)"):
        of_step(folder, 10)
    damage(checkpoints(folder)[0])
    with pytest.raises(DataSetError, match="checkpoint-0000020.pt: is damaged"):
        of_step(folder, 20)


def test_the_best_has_a_file_of_its_own_and_is_in_its_checkpoint_too(folder: Path) -> None:
    assert best(folder) is None
    found = {"step": 35, "distance": 2.5, "weights": {"w": torch.ones(3000)}}
    save_best(state(50), folder)
    assert not (folder / "best.pt").exists(), "none was judged"
    save(state(50, best=found), folder)
    save_best(state(50, best=found), folder)
    for path in checkpoints(folder):
        damage(path)
    alone = best(folder)
    assert alone is not None and (alone["step"], alone["distance"]) == (35, 2.5)
    save(state(60, best=found), folder)
    damage(folder / "best.pt")
    again = best(folder)
    assert again is not None and torch.equal(again["weights"]["w"], torch.ones(3000))


def test_what_cannot_be_written_leaves_what_was_there(folder: Path) -> None:
    with pytest.raises(OutputError, match="checkpoint-0000050.pt"):
        save(state(50), folder / "gone")
    (folder / "checkpoint-0000050.pt").mkdir()
    with pytest.raises(OutputError, match="checkpoint-0000050.pt"):
        save(state(50), folder)
    assert not list(folder.glob(".uegan-*"))
