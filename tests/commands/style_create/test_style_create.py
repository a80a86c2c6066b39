from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from uegan_cli.look.build import build
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.styles.card import Card
from uegan_cli.styles.store import load_style
from uegan_cli.training.config import TrainConfig
from uegan_cli.training.loop import train
from uegan_cli.training.run import new_run
from uegan_cli.training.run_folder import RunOptions, find_run_folder, write_options

pytestmark = pytest.mark.usefixtures("photos")


def folder(name: str, gain: float, seed: int) -> Path:
    path = Path(name)
    path.mkdir()
    rng = np.random.default_rng(seed)
    for number in range(10):
        coarse = Image.fromarray(rng.integers(30, 200, (6, 8, 3), dtype=np.uint8))
        coarse.resize((256, 192), Image.Resampling.BICUBIC).point(lambda v: int(v * gain)).save(path / f"{number}.png")
    return path


def test_the_instant_look_of_two_folders(uegan):
    folder("raw", 0.6, 0), folder("liked", 1.0, 1)
    outcome = uegan("style-create", "mine", "--liked", "liked", "--raw", "raw", "--author", "Ada")
    assert outcome.code == 0
    assert "mine is ready: uegan enhance PHOTO -s mine" in outcome.err
    style = load_style("mine")
    assert style.card.author == "Ada"
    assert style.card.command == "uegan style-create mine --liked LIKED --raw RAW"
    assert style.preview is not None
    x = torch.full((1, 3, 8, 8), -0.5)
    assert style.generator(x).mean() > -0.45


def test_the_authors_checkpoint(uegan, golden):
    outcome = uegan("style-create", "theirs", "--from-checkpoint", golden / "authors-width8.pth", "--licence", "MIT")
    assert outcome.code == 0
    style = load_style("theirs")
    assert style.config == StyledGeneratorConfig(width=8, attention="reference")
    assert (style.card.licence, style.card.command) == (
        "MIT",
        "uegan style-create theirs --from-checkpoint authors-width8.pth",
    )


def test_a_blend_says_what_it_is_made_of(uegan, bright):
    outcome = uegan("style-create", "half", "--blend", "bright=0.5")
    assert outcome.code == 0
    half = load_style("half")
    x = torch.zeros(1, 3, 4, 4)
    torch.testing.assert_close(half.generator(x), 0.5 * bright.generator(x))
    assert half.card.recipe["blend"][0]["hash"] == bright.hash
    assert half.card.command == "uegan style-create half --blend bright=0.5"


def test_strength_weakens_whatever_it_was_made_from(uegan, bright):
    assert uegan("style-create", "soft", "--from", bright.path, "--strength", "0.25").code == 0
    soft = load_style("soft")
    assert soft.card.author == "Ada"
    torch.testing.assert_close(soft.generator(torch.zeros(1, 3, 4, 4)), torch.full((1, 3, 4, 4), 0.05))


def test_a_training_run_at_any_step(uegan):
    config = TrainConfig(
        generator=StyledGeneratorConfig(width=2, attention="paper"), size=96, batch=2, steps=2, pool_size=0
    )
    photos = [torch.randint(0, 256, (3, 100, 120), dtype=torch.uint8) for _ in range(3)]
    write_options(find_run_folder("r"), RunOptions("r", config, [Path("a.jpg")], [Path("b.png")], None, Card()))
    run = new_run(config, build(config.generator), photos, photos, None, torch.device("cpu"))
    list(train(run, find_run_folder("r"), report_every=1, save_every=1))
    assert uegan("style-create", "first", "--from-run", "r@1").code == 0
    assert uegan("style-create", "last", "--from-run", "r", "--description", "so far").code == 0
    assert load_style("first").hash != load_style("last").hash
    assert load_style("last").card.description == "so far"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["Bad/Name", "--from", "x"], 4, "is not a valid style name"),
        (["x"], 2, "made from exactly one source, not 0"),
        (["x", "--from", "a", "--from-run", "b"], 2, "made from exactly one source, not 2"),
        (["x", "--liked", "."], 2, "give --liked and --raw"),
        (["x", "--liked", "gone", "--raw", "."], 3, "gone: no such folder"),
        (["x", "--liked", ".", "--raw", "."], 6, "--liked: 0 usable photos (2 too small); a style needs at least 10"),
        (["x", "--blend", "a=much"], 2, "write STYLE=WEIGHT"),
        (["x", "--blend", "gone=1"], 4, "no style called 'gone'"),
        (["x", "--blend", "bright=3"], 4, "weight of 'bright'"),
        (["x", "--from", "gone.safetensors"], 4, "gone.safetensors: no such file"),
        (["x", "--from-checkpoint", "a.jpg"], 4, "a.jpg"),
        (["x", "--from-run", "gone"], 6, "no training run"),
        (["x", "--from-run", "r@two"], 2, "must be a number"),
        (["bright", "--blend", "bright=0.5"], 4, "'bright' already"),
    ],
)
def test_what_cannot_be_made_is_one_line_and_an_exit_code(uegan, bright, arguments, code, said):
    outcome = uegan("style-create", *arguments)
    assert outcome.code == code
    assert said in outcome.err.splitlines()[-1]
    assert not Path(bright.path.with_name("x.safetensors")).exists()
