"""A run's folder keeps its options, becomes a style at any time, and belongs to one process at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from uegan_cli.errors import DataSetError, OutputError
from uegan_cli.paths import runs_dir
from uegan_cli.styles.card import Card
from uegan_cli.training.checkpoints import list_checkpoints
from uegan_cli.training.loop import train
from uegan_cli.training.run_folder import (
    RunOptions,
    find_run_folder,
    lock_folder,
    read_options,
    style_from_run,
    write_options,
)

from ..commands.conftest import environment
from .tiny import CONFIG, FakeJudge, tiny_run

CARD = Card(author="me", command="uegan train")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_options(tmp_path, RunOptions("mine", CONFIG, [tmp_path / "a.jpg"], [tmp_path / "b.jpg"], None, CARD))
    return tmp_path


def test_options_are_read_back_as_they_were_written(folder: Path) -> None:
    options = read_options(folder)
    assert (options.name, options.config, options.card) == ("mine", CONFIG, CARD)
    assert list(options.liked) == [folder / "a.jpg"]


def test_options_have_the_names_of_the_first_runs(folder: Path) -> None:
    data = json.loads((folder / "options.json").read_text())
    assert list(data) == ["name", "card", "config", "features", "liked", "raw", "probe"]
    assert {"whole_steps", "lr_whole", "pool", "average", "unfade"} <= data["config"].keys()


def test_every_step_that_was_kept_becomes_a_style(folder: Path) -> None:
    list(train(tiny_run(), folder, report_every=1, save_every=1))
    last, earlier = style_from_run("mine", folder), style_from_run("mine", folder, 7)
    assert last.card.recipe["step"] == 8 and earlier.card.recipe["step"] == 7
    assert last.hash != earlier.hash
    assert (last.card.author, last.card.command) == ("me", "uegan train")
    x = torch.rand(1, 3, 32, 32)
    assert last.generator(x).shape == x.shape


def test_the_best_becomes_a_style_after_its_checkpoint_was_deleted(folder: Path) -> None:
    list(train(tiny_run(FakeJudge(5.0, 4.0, 3.0, 4.0)), folder, report_every=1, judge_every=2, save_every=1))
    assert [path.name for path in list_checkpoints(folder)] == [f"checkpoint-000000{k}.pt" for k in (6, 7, 8)]
    assert style_from_run("mine", folder).card.recipe["step"] == 4


def test_a_run_without_a_checkpoint_is_refused(folder: Path) -> None:
    with pytest.raises(DataSetError, match="no checkpoint yet"):
        style_from_run("mine", folder)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="no training run"):
        read_options(tmp_path)


def test_a_run_is_found_by_its_name_or_its_folder(tmp_path: Path) -> None:
    assert find_run_folder("mine") == runs_dir() / "mine"
    assert find_run_folder(str(tmp_path)) == tmp_path


def test_a_run_never_goes_into_a_folder_that_happens_to_have_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_run_folder("mine") == runs_dir() / "mine"
    assert find_run_folder("./mine") == Path("./mine")


LOCK = """
import sys
from pathlib import Path
from uegan_cli.training.run_folder import lock_folder
with lock_folder(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time_works_in_a_folder_and_a_killed_one_releases_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOCK, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()) as other:
        assert other.stdout is not None and other.stdout.readline() == b"locked\n"
        with pytest.raises(OutputError, match="in use by another uegan"), lock_folder(tmp_path):
            pass
        other.kill()
    (tmp_path / ".uegan-123.tmp").touch()
    with lock_folder(tmp_path):
        assert not list(tmp_path.glob("*.tmp")), "unfinished files are deleted"


def test_a_folder_that_cannot_be_made_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="choose another folder"), lock_folder(tmp_path / "file" / "run"):
        pass
