"""One training step, in the order of section IV-B."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Adam, AdamW, Optimizer

from ..look.styled_generator import StyledGenerator
from ..losses import quality
from ..losses.features import Features
from ..losses.fidelity import fidelity
from ..losses.identity import identity
from ..networks.discriminator import Discriminator
from . import distributed
from .config import TrainConfig
from .fake_pool import Average, FakePool

Losses = dict[str, Tensor]

WHOLE_DECAY = 0.1
"""Of the photo transport's weights, a tenth of a thousandth at every step: it learns from few photos."""

CLIPPED = 32.0
"""Weight of what is lost beyond white: it is rare, and plain to see. Deep blacks are what photographers choose."""


@dataclass
class Players:
    """The networks of the game, their optimisers and what they remember. All on one device, channels last.

    G, D, P (the photo transport of an adaptive generator): the networks as they are called where they learn, together
    with other processes where there are some.
    """

    generator: StyledGenerator
    discriminator: Discriminator
    G: nn.Module
    D: nn.Module
    P: nn.Module | None
    features: Features | None
    average: Average
    pool: FakePool
    optimisers: dict[str, Optimizer]
    precision: torch.dtype


def set_up(
    config: TrainConfig,
    generator: StyledGenerator,
    discriminator: Discriminator,
    features: Features | None,
    device: torch.device,
    precision: torch.dtype,
) -> Players:
    """Put the networks on the device and give them their optimisers."""
    for network in (generator, discriminator, features):
        if network is not None:
            network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    if features is not None:
        # Frozen weights are cast once; autocast would cast them at every step.
        features.to(precision)
    photo = generator.look.adaptive_colour_map
    P = distributed.in_step(photo) if generator.config.adaptive else None
    # It learns by itself, from whole photos, and is no part of G.
    photo.requires_grad_(False)
    learnt, G = [p for p in generator.parameters() if p.requires_grad], distributed.in_step(generator)
    photo.requires_grad_(True)
    game = partial(Adam, betas=config.betas, weight_decay=config.weight_decay, fused=True)
    optimisers: dict[str, Optimizer] = {
        "generator": game(learnt, config.lr_generator),
        "discriminator": game(discriminator.parameters(), config.lr_discriminator),
    }
    if P is not None:
        # This is no game: plain momentum serves it better.
        optimisers["whole"] = AdamW(
            photo.parameters(), config.lr_whole, betas=(0.9, 0.99), weight_decay=WHOLE_DECAY, fused=True
        )
    return Players(
        generator.train(),
        discriminator.train(),
        G,
        distributed.in_step(discriminator),
        P,
        features,
        Average(generator, config.average),
        FakePool(config.pool, config.seed),
        optimisers,
        precision,
    )


def adversarial_step(
    players: Players, config: TrainConfig, raw: Tensor, liked: Tensor, toned: Tensor | None = None
) -> Losses:
    """One update of D and one of G (eqs. 5 to 9).

    raw, liked, toned (copies of `liked`, toned down): N x 3 x H x W in [-1, 1]. Returns the losses as detached scalars;
    there is no identity loss where it weighs nothing.
    """
    G, D, w = players.G, players.D, config.weights
    kinds = {"raw": raw, "liked": liked if w.identity else None, "toned": toned}
    shown = {name: photos for name, photos in kinds.items() if photos is not None}
    # The photos of all kinds go through G together: instance by instance it treats them alike.
    with _autocast(players, raw):
        results = dict(zip(shown, G(torch.cat(list(shown.values()))).split(len(raw)), strict=True))
    enhanced = results["raw"]

    # Discriminator: tell liked photos from enhanced ones, and from raw ones.
    with _autocast(players, raw):
        fakes = distributed.share(players.pool.exchange(distributed.gathered(enhanced.detach())))
        seen = torch.cat([liked, fakes, raw])
        liked_maps, enhanced_maps, raw_maps = zip(*[m.split(len(raw)) for m in D(seen)], strict=True)
    d_loss = quality.discriminator(liked_maps, enhanced_maps, distributed.mean)
    d_loss = d_loss + quality.discriminator(liked_maps, raw_maps, distributed.mean)
    _descend(players.optimisers["discriminator"], d_loss)

    # Generator: look liked, keep the content, leave liked photos alone.
    D = players.discriminator.requires_grad_(False)
    with _autocast(players, raw):
        with torch.no_grad():
            liked_maps = D(liked)
        losses = {"quality": quality.generator(liked_maps, D(enhanced), distributed.mean)}
    if "liked" in results:
        losses["identity"] = identity(liked, results["liked"], config.recipe)
    if players.features is not None:
        with torch.no_grad():
            content = players.features(_reduced(players.generator.look(raw), config.fidelity_reduction))
        seen = players.features(_reduced(enhanced, config.fidelity_reduction))
        losses["fidelity"] = fidelity(content, seen, config.recipe)
    if "toned" in results:
        losses["undo"] = undo_loss(liked, results["toned"])
    g_loss = torch.stack([getattr(w, name) * loss for name, loss in losses.items()]).sum()
    _descend(players.optimisers["generator"], g_loss)
    D.requires_grad_(True)
    players.average.update(players.generator)
    return {name: loss.detach() for name, loss in {**losses, "generator": g_loss, "discriminator": d_loss}.items()}


def whole_step(players: Players, liked: Tensor, spoilt: Tensor, dropped: Tensor) -> Losses:
    """One update of an adaptive generator's photo transport alone: bring copies of whole photos back.

    liked, spoilt: N x 3 x H x W in [-1, 1]. dropped: see `AdaptiveColourMap.dropout_mask`.
    """
    generator = players.generator
    assert players.P is not None
    look = generator.look
    mapped = players.P(look.exposure_balance(spoilt), dropped)
    result = look.colour_map(look.local_contrast(mapped))
    # Not clamped: where it is, nothing tells a result to come back.
    loss = undo_loss(liked, result) + CLIPPED * clipped(liked, result)
    _descend(players.optimisers["whole"], loss, most=1.0)
    players.average.update(generator)
    return {"undo": loss.detach()}


def undo_loss(liked: Tensor, undone: Tensor) -> Tensor:
    """l1 at full size and at a quarter of it, where tone and colour count without the texture."""
    return F.l1_loss(undone, liked) + F.l1_loss(F.avg_pool2d(undone, 4), F.avg_pool2d(liked, 4))


def clipped(liked: Tensor, result: Tensor) -> Tensor:
    """How far a result that is not clamped lies beyond white, on average, where the liked photo is not white."""
    return (F.relu(result - 1) * (liked < 1)).mean()


def _reduced(x: Tensor, factor: int) -> Tensor:
    return F.avg_pool2d(x, factor) if factor > 1 else x


def _autocast(players: Players, like: Tensor) -> torch.autocast:
    return torch.autocast(like.device.type, players.precision, enabled=players.precision != torch.float32)


def _descend(optimiser: Optimizer, loss: Tensor, most: float | None = None) -> None:
    """One step down. most: norm that the gradient is cut to."""
    optimiser.zero_grad(set_to_none=True)
    # On the CPU a backward pass in a thread of its own gets its own team of OpenMP threads, and two teams on the same
    # cores wait for each other: up to eight times as slow.
    with torch.autograd.set_multithreading_enabled(loss.device.type != "cpu"):
        loss.backward()  # type: ignore[no-untyped-call]
    if most is not None:
        nn.utils.clip_grad_norm_([p for group in optimiser.param_groups for p in group["params"]], most)
    optimiser.step()
