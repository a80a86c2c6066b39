"""A step computes the losses of the paper, and each network is trained on its own."""

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
from uegan_cli.training.gan import GAN, build_gan
from uegan_cli.training.step import adversarial_step, pretrain_step

CONFIG = TrainConfig(generator=StyledGeneratorConfig(width=4, attention="paper"), batch=2, pool_size=0, ema_decay=0.9)


def small_gan(config: TrainConfig = CONFIG, features: Features | None = None) -> GAN:
    torch.manual_seed(0)
    generator, discriminator = build(config.generator), Discriminator(4)
    return build_gan(config, generator, discriminator, features, torch.device("cpu"), torch.float32)


def batch(seed: int) -> torch.Tensor:
    return torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_a_step_returns_the_losses_of_the_paper() -> None:
    """The merged passes of a step give the losses of separate passes, one for each term of the paper."""
    gan = small_gan(features=Features("vgg16"))
    G, D = gan.generator, gan.discriminator
    raw, liked = batch(1), batch(2)
    with torch.no_grad():
        enhanced, kept = G(raw), G(liked)
        expected_identity = identity(liked, kept)
        expected_fidelity = fidelity(gan.features(raw), gan.features(enhanced))  # type: ignore[misc]
        D.eval()
        maps = [D(x) for x in (liked, enhanced, raw)]
        D.train()
    losses = adversarial_step(gan, CONFIG, raw, liked)
    expected = quality.discriminator(maps[0], maps[1]) + quality.discriminator(maps[0], maps[2])
    # The step does one more power iteration of the spectral norm.
    assert float(losses["discriminator"]) == pytest.approx(float(expected), rel=0.05)
    assert torch.allclose(losses["identity"], expected_identity, atol=1e-6)
    assert torch.allclose(losses["fidelity"], expected_fidelity, atol=1e-5)
    total = 0.1 * losses["quality"] + losses["fidelity"] + 0.1 * losses["identity"]
    assert torch.allclose(losses["generator"], total, atol=1e-6)


def test_each_network_learns_from_its_own_loss_alone() -> None:
    config = dataclasses.replace(CONFIG, lr_generator=0.0, weight_decay=0.0)
    gan = small_gan(config)
    generator = [p.clone() for p in gan.generator.parameters()]
    discriminator = [p.clone() for p in gan.discriminator.parameters()]
    adversarial_step(gan, config, batch(1), batch(2))
    assert all(torch.equal(a, b) for a, b in zip(generator, gan.generator.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(discriminator, gan.discriminator.parameters(), strict=True))
    config = dataclasses.replace(CONFIG, lr_discriminator=0.0, weight_decay=0.0)
    gan = small_gan(config)
    discriminator = [p.clone() for p in gan.discriminator.parameters()]
    adversarial_step(gan, config, batch(1), batch(2))
    assert all(torch.equal(a, b) for a, b in zip(discriminator, gan.discriminator.parameters(), strict=True))
    assert all(p.grad is None or p.requires_grad for p in gan.discriminator.parameters())


def test_the_discriminator_learns_to_tell_liked_from_raw() -> None:
    config = dataclasses.replace(CONFIG, lr_generator=0.0, lr_discriminator=2e-3)
    gan = small_gan(config)
    losses = [adversarial_step(gan, config, batch(s) * 0.3 - 0.5, batch(s + 50) * 0.3 + 0.5) for s in range(12)]
    assert float(losses[-1]["discriminator"]) < 0.7 * float(losses[0]["discriminator"])


def test_degraded_copies_of_liked_photos_add_the_undo_loss() -> None:
    config = dataclasses.replace(CONFIG, weights=LossWeights(undo=1.0))
    losses = adversarial_step(small_gan(config), config, batch(1), batch(2), batch(2) * 0.5)
    assert float(losses["undo"]) > 0
    assert float(losses["generator"]) == pytest.approx(
        float(0.1 * losses["quality"] + 0.1 * losses["identity"] + losses["undo"]), rel=1e-5
    )


def test_without_a_weight_there_is_no_identity_loss() -> None:
    config = dataclasses.replace(CONFIG, weights=LossWeights(identity=0.0))
    assert "identity" not in adversarial_step(small_gan(config), config, batch(1), batch(2))


def test_clipped_clouds_come_back_in_pretraining() -> None:
    """All of the photo lies beyond white at first, where a clamped result would have no gradient."""
    config = dataclasses.replace(CONFIG, generator=StyledGeneratorConfig(width=4, adaptive=True, fitted=True))
    gan = small_gan(config)
    adaptive_map = gan.generator.look.adaptive_colour_map
    adaptive_map.silence()
    with torch.no_grad():
        adaptive_map.head[2].bias.view(3, 10)[:, 0] = 1.5
    liked, no_dropout = torch.full((2, 3, 64, 64), 0.7), torch.ones(2, adaptive_map.feature_count)
    for _ in range(120):
        pretrain_step(gan, liked, liked, no_dropout)
    assert adaptive_map(liked).max() < 1
