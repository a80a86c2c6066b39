from __future__ import annotations

import dataclasses

import pytest
import torch

from uegan_cli.look.build import build
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.losses import quality
from uegan_cli.losses.features import Features
from uegan_cli.losses.fidelity import fidelity
from uegan_cli.losses.identity import identity
from uegan_cli.networks.discriminator import Discriminator
from uegan_cli.training.config import LossWeights, TrainConfig
from uegan_cli.training.step import Players, adversarial_step, clipped, set_up, whole_step

CONFIG = TrainConfig(generator=StyledGeneratorConfig(width=4, attention="paper"), batch=2, pool=0, average=0.9)


def players(config: TrainConfig = CONFIG, features: Features | None = None) -> Players:
    torch.manual_seed(0)
    generator, discriminator = build(config.generator), Discriminator(4)
    return set_up(config, generator, discriminator, features, torch.device("cpu"), torch.float32)


def batch(seed: int) -> torch.Tensor:
    return torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_a_step_reports_the_losses_of_the_paper_on_the_weights_it_found() -> None:
    """Written out pass by pass, as the paper has it, and compared with the step's merged passes."""
    game = players(features=Features("vgg16"))
    G, D = game.generator, game.discriminator
    raw, liked = batch(1), batch(2)
    with torch.no_grad():
        enhanced, kept = G(raw), G(liked)
        expected_identity, expected_fidelity = (
            identity(liked, kept),
            fidelity(game.features(raw), game.features(enhanced)),
        )  # type: ignore[misc]
        D.eval()
        maps = [D(x) for x in (liked, enhanced, raw)]
        D.train()
    losses = adversarial_step(game, CONFIG, raw, liked)
    expected = quality.discriminator(maps[0], maps[1]) + quality.discriminator(maps[0], maps[2])
    # One power iteration separates the two discriminators.
    assert float(losses["discriminator"]) == pytest.approx(float(expected), rel=0.05)
    assert torch.allclose(losses["identity"], expected_identity, atol=1e-6)
    assert torch.allclose(losses["fidelity"], expected_fidelity, atol=1e-5)
    weighed = 0.1 * losses["quality"] + losses["fidelity"] + 0.1 * losses["identity"]
    assert torch.allclose(losses["generator"], weighed, atol=1e-6)


def test_the_discriminator_learns_from_its_loss_alone_and_the_generator_from_its_own() -> None:
    config = dataclasses.replace(CONFIG, lr_generator=0.0, weight_decay=0.0)
    game = players(config)
    before = [p.clone() for p in game.generator.parameters()]
    played = [p.clone() for p in game.discriminator.parameters()]
    adversarial_step(game, config, batch(1), batch(2))
    assert all(torch.equal(a, b) for a, b in zip(before, game.generator.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(played, game.discriminator.parameters(), strict=True))
    config = dataclasses.replace(CONFIG, lr_discriminator=0.0, weight_decay=0.0)
    game = players(config)
    played = [p.clone() for p in game.discriminator.parameters()]
    adversarial_step(game, config, batch(1), batch(2))
    assert all(torch.equal(a, b) for a, b in zip(played, game.discriminator.parameters(), strict=True))
    assert all(p.grad is None or p.requires_grad for p in game.discriminator.parameters())


def test_the_discriminator_comes_to_tell_liked_from_raw() -> None:
    config = dataclasses.replace(CONFIG, lr_generator=0.0, lr_discriminator=2e-3)
    game = players(config)
    losses = [adversarial_step(game, config, batch(s) * 0.3 - 0.5, batch(s + 50) * 0.3 + 0.5) for s in range(12)]
    assert float(losses[-1]["discriminator"]) < 0.7 * float(losses[0]["discriminator"])


def test_toned_copies_of_liked_photos_can_join_the_game() -> None:
    config = dataclasses.replace(CONFIG, weights=LossWeights(undo=1.0))
    losses = adversarial_step(players(config), config, batch(1), batch(2), batch(2) * 0.5)
    assert float(losses["undo"]) > 0
    assert float(losses["generator"]) == pytest.approx(
        float(0.1 * losses["quality"] + 0.1 * losses["identity"] + losses["undo"]), rel=1e-5
    )


def test_what_is_lost_beyond_white_is_told_from_what_is_white_in_the_liked_photo_too() -> None:
    liked = torch.tensor([0.8, 0.8, 1.0, -0.5]).view(1, 1, 1, 4)
    result = torch.tensor([0.9, 1.3, 1.3, -1.2]).view(1, 1, 1, 4)
    assert float(clipped(liked, result)) == pytest.approx(0.3 / 4)


def test_clouds_that_were_made_white_come_back() -> None:
    """All of a photo lies beyond white, where it is clamped and no error of the result tells the way back."""
    config = dataclasses.replace(CONFIG, generator=StyledGeneratorConfig(width=4, adaptive=True, fitted=True))
    game = players(config)
    photo = game.generator.look.adaptive_colour_map
    photo.silence()
    with torch.no_grad():
        photo.head[2].bias.view(3, 10)[:, 0] = 1.5
    liked, kept = torch.full((2, 3, 64, 64), 0.7), torch.ones(2, photo.feature_count)
    for _ in range(120):
        whole_step(game, liked, liked, kept)
    assert photo(liked).max() < 1
