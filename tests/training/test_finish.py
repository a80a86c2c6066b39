"""A run ends in a style, never in one that is farther from the liked photos than the instant look."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch

from uegan_cli.look.config import LookConfig
from uegan_cli.styles.card import Card
from uegan_cli.styles.store import install
from uegan_cli.training.finish import finish
from uegan_cli.training.loop import train
from uegan_cli.training.start import start_run

from .photos import faded_photos
from .test_start import CONFIG, CPU


def test_a_run_ends_in_a_style_whose_card_records_how_it_was_made(tmp_path: Path) -> None:
    run = start_run(CONFIG, faded_photos(), None, CPU)
    list(train(run, tmp_path))
    style = finish(run, "mine", Card(author="me"))
    install(style)
    assert style.card.author == "me"
    assert style.card.data == {"liked": 20, "raw": 20}
    assert style.card.recipe["chosen"] in ("trained", "instant")
    assert style.card.recipe["generator"]["attention"] == "prenorm"
    assert style.card.metrics["distance"].keys() == {"unedited", "trained", "instant"}
    assert style.preview is not None


def test_a_network_that_training_has_ruined_is_replaced_by_the_instant_look(tmp_path: Path) -> None:
    run = start_run(CONFIG, faded_photos(), None, CPU)
    for parameter in run.gan.ema.network.parameters():
        parameter.data.add_(0.3)
    list(train(run, tmp_path))
    style = finish(run, "mine", Card())
    assert style.card.recipe["chosen"] == "instant"
    assert style.config == LookConfig()


def test_a_style_from_pretraining_alone_has_no_network(tmp_path: Path) -> None:
    adaptive = dataclasses.replace(CONFIG.generator, adaptive=True)
    config = dataclasses.replace(CONFIG, generator=adaptive, pretrain_steps=3, steps=0, instant=False)
    run = start_run(config, faded_photos(), None, CPU)
    list(train(run, tmp_path))
    style = finish(run, "mine", Card())
    assert style.config == LookConfig(adaptive=True)
    assert (style.card.recipe["chosen"], style.card.recipe["step"]) == ("trained", 3)
    x = torch.rand(2, 3, 96, 128) * 2 - 1
    with torch.no_grad():
        expected = run.gan.ema.network(x)
    assert torch.allclose(style.generator(x), expected, atol=0.01), "except for rounding to float16"
    assert not torch.allclose(style.generator(x), x, atol=0.02)
