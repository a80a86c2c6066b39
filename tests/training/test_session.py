from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from PIL import Image

from uegan_cli.errors import StyleError
from uegan_cli.look.build import build
from uegan_cli.look.config import LookConfig, StyledGeneratorConfig
from uegan_cli.look_fitting.instant_style import make_instant_style
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import make_style
from uegan_cli.styles.store import install
from uegan_cli.styles.stored_names import stored_weights
from uegan_cli.training.config import TrainConfig
from uegan_cli.training.loop import run
from uegan_cli.training.session import Photos, begin, finish, read_folders

CPU = torch.device("cpu")
CONFIG = TrainConfig(
    generator=StyledGeneratorConfig(width=2, attention="prenorm"),
    initialisation="fast",
    size=96,
    batch=2,
    steps=2,
    pool=2,
)


def scenes(count: int, gain: float = 1.0, lift: float = 0.0, seed: int = 0) -> Sequence[torch.Tensor]:
    """Soft random pictures, seen through `gain * x + lift`."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 5, 6, generator=rng)
    smooth = torch.nn.functional.interpolate(coarse, (150, 190), mode="bicubic").clamp(0, 1)
    return list((smooth * gain + lift).clamp(0, 1).mul(255).to(torch.uint8))


def folder(path: Path, photos: Sequence[torch.Tensor]) -> list[Path]:
    path.mkdir()
    for number, photo in enumerate(photos):
        Image.fromarray(photo.permute(1, 2, 0).numpy()).save(path / f"{number}.png")
    return sorted(path.iterdir())


def test_a_fresh_run_starts_exactly_from_the_closed_form() -> None:
    session = begin(CONFIG, Photos(scenes(20, 0.7, 0.2), scenes(20, seed=1)), None, CPU)
    assert session.instant is not None
    x = torch.rand(1, 3, 96, 96) * 2 - 1
    assert torch.allclose(session.training.players.generator(x), session.instant.look(x), atol=1e-5)
    assert not session.training.players.generator.look.colour_map.weight.requires_grad


def test_training_ends_in_a_style_that_is_installed_and_says_how_it_was_made(tmp_path: Path) -> None:
    session = begin(CONFIG, Photos(scenes(20, 0.7, 0.2), scenes(20, seed=1)), None, CPU)
    list(run(session.training, tmp_path))
    style = finish(session, "mine", Card(author="me"))
    install(style)
    assert style.card.author == "me"
    assert style.card.data == {"liked": 20, "raw": 20}
    assert style.card.recipe["chosen"] in ("trained", "instant")
    assert style.card.recipe["generator"]["attention"] == "prenorm"
    assert style.preview is not None


def test_no_result_is_further_from_the_liked_photos_than_the_closed_form(tmp_path: Path) -> None:
    """A network that training has ruined is passed over for the instant look."""
    session = begin(CONFIG, Photos(scenes(20, 0.7, 0.2), scenes(20, seed=1)), None, CPU)
    for parameter in session.training.players.average.network.parameters():
        parameter.data.add_(0.3)
    list(run(session.training, tmp_path))
    style = finish(session, "mine", Card())
    assert style.card.recipe["chosen"] == "instant"
    assert isinstance(style.config, LookConfig)


def test_a_style_that_was_learnt_before_the_network_is_without_it(tmp_path: Path) -> None:
    adaptive = dataclasses.replace(CONFIG.generator, adaptive=True)
    config = dataclasses.replace(CONFIG, generator=adaptive, whole_steps=3, steps=0, instant=False)
    session = begin(config, Photos(scenes(20, 0.7, 0.2), scenes(20, seed=1)), None, CPU)
    list(run(session.training, tmp_path))
    style = finish(session, "mine", Card())
    assert style.config == LookConfig(adaptive=True)
    assert (style.card.recipe["chosen"], style.card.recipe["step"]) == ("trained", 3)
    x = torch.rand(2, 3, 96, 128) * 2 - 1
    with torch.no_grad():
        expected = session.training.players.average.network(x)
    assert torch.allclose(style.generator(x), expected, atol=0.01), "but for the rounding to half the bytes"
    assert not torch.allclose(style.generator(x), x, atol=0.02)


def test_a_trained_start_lends_its_eyes_and_not_its_edit() -> None:
    torch.manual_seed(0)
    generator = build(CONFIG.generator)
    install(make_style("start", CONFIG.generator, stored_weights(generator), Card()))
    config = dataclasses.replace(CONFIG, start="start")
    session = begin(config, Photos(scenes(20, 0.7, 0.2), scenes(20, seed=1)), None, CPU)
    begun = session.training.players.generator
    assert torch.equal(begun.generator.encoder[2].weight, generator.generator.encoder[2].weight)  # type: ignore[union-attr, index]
    x = torch.rand(1, 3, 96, 96) * 2 - 1
    assert session.instant is not None
    assert torch.allclose(begun(x), session.instant.look(x), atol=1e-5)


def test_only_networks_can_be_started_from() -> None:
    install(make_instant_style("affine", scenes(12, seed=1), scenes(12), None, Card()))
    config = TrainConfig(generator=CONFIG.generator, start="affine")
    with pytest.raises(StyleError, match="affine"):
        begin(config, Photos(scenes(12), scenes(12, seed=1)), None, CPU)


def test_only_what_is_worth_learning_from_is_kept_in_memory(tmp_path: Path) -> None:
    liked, raw = folder(tmp_path / "liked", scenes(11)), folder(tmp_path / "raw", scenes(10, seed=1))
    liked[3].write_bytes(liked[3].read_bytes()[:200])
    photos, verdict = read_folders(liked, raw, 96)
    assert (len(photos.liked), len(photos.raw)) == (10, 10)
    assert [*verdict.liked.unreadable] == [liked[3]]
    assert min(photos.raw[0].shape[1:]) == 150
