from __future__ import annotations

from pathlib import Path

import pytest
import torch

from uegan_cli.config import GeneratorConfig, TrainConfig
from uegan_cli.errors import DataSetError
from uegan_cli.networks import build
from uegan_cli.paths import runs_dir
from uegan_cli.styles.card import Card
from uegan_cli.training.loop import checkpoints, prepare, run
from uegan_cli.training.runs import (
    Options,
    folder_of,
    read_checkpoint,
    read_options,
    style_from_run,
    write_options,
)

CONFIG = TrainConfig(generator=GeneratorConfig(width=2, attention="paper"), size=96, batch=2, steps=3, pool=0)

CARD = Card(author="me", command="uegan train")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = [torch.randint(0, 256, (3, 100, 120), dtype=torch.uint8) for _ in range(3)]
    write_options(tmp_path, Options("mine", CONFIG, [tmp_path / "a.jpg"], [tmp_path / "b.jpg"], None, CARD))
    training = prepare(CONFIG, build(CONFIG.generator), photos, photos, None, torch.device("cpu"))
    list(run(training, tmp_path, report_every=1, save_every=1))
    return tmp_path


def test_options_come_back_as_they_were_written(folder: Path) -> None:
    options = read_options(folder)
    assert (options.name, options.config, options.card) == ("mine", CONFIG, CARD)
    assert list(options.liked) == [folder / "a.jpg"]


def test_any_kept_step_becomes_a_style(folder: Path) -> None:
    last, second = style_from_run("mine", folder), style_from_run("mine", folder, 2)
    assert last.card.recipe["step"] == 3 and second.card.recipe["step"] == 2
    assert last.hash != second.hash
    assert (last.card.author, last.card.command) == ("me", "uegan train")
    x = torch.rand(1, 3, 32, 32)
    assert last.generator(x).shape == x.shape


def test_a_missing_step_names_the_ones_there_are(folder: Path) -> None:
    with pytest.raises(DataSetError, match=r"step 9 \(there are: 1, 2, 3\)"):
        read_checkpoint(folder, 9)


def test_a_damaged_checkpoint_is_named(folder: Path) -> None:
    last = checkpoints(folder)[-1]
    last.write_bytes(last.read_bytes()[:1000])
    with pytest.raises(DataSetError, match=last.name):
        read_checkpoint(folder)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="no training run"):
        read_options(tmp_path)


def test_a_run_is_found_by_its_style_or_its_folder(tmp_path: Path) -> None:
    assert folder_of("mine") == runs_dir() / "mine"
    assert folder_of(str(tmp_path)) == tmp_path
