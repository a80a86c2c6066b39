"""A run starts from usable photos, exactly at the instant look or at the style that was named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from uegan_cli.errors import StyleError
from uegan_cli.look.build import build
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.look_fitting.instant_style import make_instant_style
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import make_style
from uegan_cli.styles.store import install
from uegan_cli.styles.stored_names import stored_weights
from uegan_cli.training.config import TrainConfig
from uegan_cli.training.start import read_folders, start_run

from ..quick_training import limit_effort
from .photos import faded_photos, scenes, write_folder

CPU = torch.device("cpu")
CONFIG = TrainConfig(
    generator=StyledGeneratorConfig(width=2, attention="prenorm"),
    initialisation="fast",
    size=96,
    batch=2,
    steps=2,
    pool_size=2,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_effort(monkeypatch)


def test_a_new_generator_starts_exactly_at_the_instant_look() -> None:
    run = start_run(CONFIG, faded_photos(), None, CPU)
    assert run.instant_look is not None
    x = torch.rand(1, 3, 96, 96) * 2 - 1
    assert torch.allclose(run.gan.generator(x), run.instant_look(x), atol=1e-5)
    assert not run.gan.generator.look.colour_map.weight.requires_grad


def test_a_style_to_start_from_keeps_its_features_and_not_its_edit() -> None:
    torch.manual_seed(0)
    trained = build(CONFIG.generator)
    install(make_style("start", CONFIG.generator, stored_weights(trained), Card()))
    run = start_run(dataclasses.replace(CONFIG, start="start"), faded_photos(), None, CPU)
    started = run.gan.generator
    assert torch.equal(started.generator.encoder[2].weight, trained.generator.encoder[2].weight)  # type: ignore[union-attr, index]
    x = torch.rand(1, 3, 96, 96) * 2 - 1
    assert run.instant_look is not None
    assert torch.allclose(started(x), run.instant_look(x), atol=1e-5)


def test_a_look_without_a_network_cannot_be_started_from() -> None:
    install(make_instant_style("look", scenes(12, seed=1), scenes(12), None, Card()))
    with pytest.raises(StyleError, match="look: a look without a network"):
        start_run(dataclasses.replace(CONFIG, start="look"), faded_photos(), None, CPU)


def test_held_out_photos_are_judged_and_not_trained_on() -> None:
    photos = faded_photos()
    run = start_run(CONFIG, photos, None, CPU)
    assert run.judge is not None
    assert len(run.raw.photos) + len(run.judge.held_out) == len(photos.raw)
    assert not {id(photo) for photo in run.raw.photos} & {id(photo) for photo in run.judge.held_out}


def test_only_usable_photos_are_kept_in_memory(tmp_path: Path) -> None:
    liked, raw = write_folder(tmp_path / "liked", scenes(11)), write_folder(tmp_path / "raw", scenes(10, seed=1))
    liked[3].write_bytes(liked[3].read_bytes()[:200])
    photos, report = read_folders(liked, raw, 96)
    assert (len(photos.liked), len(photos.raw)) == (10, 10)
    assert [*report.liked.unreadable] == [liked[3]]
    assert min(photos.raw[0].shape[1:]) == 150
