"""What `uegan train` is asked to do: options that fit together, and the run they make."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from uegan_cli.commands.train.request import TrainRequest, resolve_run
from uegan_cli.styles.card import Card

pytestmark = pytest.mark.usefixtures("folders")

REQUEST = TrainRequest(
    name="mine",
    liked=(Path("liked"),),
    raw=(Path("raw"),),
    probe=(),
    card=Card(),
    preset="paper",
    start=None,
    training={},
    network={},
    weights={},
    vgg=None,
    device="cpu",
    resume=False,
    overwrite=False,
    dry_run=False,
    download=False,
    tensorboard=False,
)


def request_for(**changes: object) -> TrainRequest:
    return replace(REQUEST, **changes)


@pytest.mark.parametrize("changed", [("--steps", 7), ("--liked", "liked"), ("--preset", "paper"), ("--author", "Ada")])
def test_a_resumed_run_keeps_its_options(uegan, changed):
    outcome = uegan("train", "--resume", *changed)
    assert outcome.code == 2
    assert (
        outcome.err == f"uegan: --resume continues a run with the options it was started with; leave out {changed[0]}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--liked", "liked"], 2, "give --liked DIR and --raw DIR"),
        (["--liked", "gone", "--raw", "raw"], 3, "gone: no such folder"),
        (["--liked", "few", "--raw", "raw", "--vgg-weights", "x"], 6, "--liked: 1 usable photo (1 duplicate)"),
        (["--liked", "liked", "--raw", "raw"], 2, "name a file with --vgg-weights"),
        (["--liked", "liked", "--raw", "raw", "--vgg-weights", "gone.pth"], 4, "gone.pth"),
        (["--liked", "liked", "--raw", "raw", "--start", "gone", "--vgg-weights", "x"], 4, ""),
        (["--resume", "--name", "gone"], 6, "no training run"),
        (["--name", "../x"], 4, "is not a valid style name"),
    ],
)
def test_a_mistake_gets_one_line_and_an_exit_code(uegan, arguments, code, said):
    Path("few").mkdir()
    for number in range(2):
        Path("few", f"{number}.png").write_bytes(Path("raw/0.png").read_bytes())
    outcome = uegan("train", *arguments)
    assert outcome.code == code
    assert said in outcome.err.splitlines()[-1]
    assert "Traceback" not in outcome.err


def test_the_card_has_the_command_that_makes_the_style_again():
    request = request_for(
        start="none",
        training={"steps": 7, "lr_generator": 1e-4, "seed": 3},
        network={"width": 8, "attention": "paper"},
        weights={"identity": 0.5},
    )
    assert resolve_run(request).card.command == (
        "uegan train --liked LIKED --raw RAW --name mine --preset paper --start none --steps 7 --lr 0.0001 --seed 3"
        " --width 8 --attention paper --identity-weight 0.5"
    )


def test_another_network_starts_with_new_weights():
    assert resolve_run(request_for(start="natural")).config.start == "natural"
    assert resolve_run(request_for(network={"width": 8})).config.start is None
    assert resolve_run(request_for(start="none")).config.start is None
