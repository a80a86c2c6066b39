from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from uegan_cli.errors import DataSetError, OutputError
from uegan_cli.paths import runs_dir
from uegan_cli.styles.card import Card
from uegan_cli.training.checkpoints import checkpoints
from uegan_cli.training.loop import run
from uegan_cli.training.run_folder import Options, folder_of, held, read_options, style_from_run, write_options

from ..commands.conftest import environment
from .tiny import CONFIG, Said, training

CARD = Card(author="me", command="uegan train")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_options(tmp_path, Options("mine", CONFIG, [tmp_path / "a.jpg"], [tmp_path / "b.jpg"], None, CARD))
    return tmp_path


def test_options_come_back_as_they_were_written(folder: Path) -> None:
    options = read_options(folder)
    assert (options.name, options.config, options.card) == ("mine", CONFIG, CARD)
    assert list(options.liked) == [folder / "a.jpg"]


def test_any_kept_step_becomes_a_style(folder: Path) -> None:
    list(run(training(), folder, report_every=1, save_every=1))
    last, second = style_from_run("mine", folder), style_from_run("mine", folder, 7)
    assert last.card.recipe["step"] == 8 and second.card.recipe["step"] == 7
    assert last.hash != second.hash
    assert (last.card.author, last.card.command) == ("me", "uegan train")
    x = torch.rand(1, 3, 32, 32)
    assert last.generator(x).shape == x.shape


def test_the_best_becomes_a_style_after_its_checkpoint_is_gone(folder: Path) -> None:
    list(run(training(Said(5.0, 4.0, 3.0, 4.0)), folder, report_every=1, judge_every=2, save_every=1))
    assert [path.name for path in checkpoints(folder)] == [f"checkpoint-000000{k}.pt" for k in (6, 7, 8)]
    assert style_from_run("mine", folder).card.recipe["step"] == 4


def test_a_run_without_a_checkpoint_is_refused(folder: Path) -> None:
    with pytest.raises(DataSetError, match="no checkpoint yet"):
        style_from_run("mine", folder)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="no training run"):
        read_options(tmp_path)


def test_a_run_is_found_by_its_style_or_its_folder(tmp_path: Path) -> None:
    assert folder_of("mine") == runs_dir() / "mine"
    assert folder_of(str(tmp_path)) == tmp_path


def test_a_run_never_goes_into_a_folder_that_happens_to_have_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert folder_of("mine") == runs_dir() / "mine"
    assert folder_of("./mine") == Path("./mine")


HOLD = """
import sys
from pathlib import Path
from uegan_cli.training.run_folder import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time_works_in_a_run_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(OutputError, match="another uegan trains in it"), held(tmp_path):
            pass
        other.kill()
    (tmp_path / ".uegan-123.tmp").touch()
    with held(tmp_path):
        assert not list(tmp_path.glob("*.tmp")), "what it left unfinished is cleared away"


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="choose another folder"), held(tmp_path / "file" / "run"):
        pass
