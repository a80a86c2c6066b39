"""One training step: section IV-B, with the losses of section III-C."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from ..losses import quality
from ..losses.fidelity import fidelity
from ..losses.identity import identity
from ..losses.undo import clipping, undo
from . import distributed
from .config import TrainConfig
from .gan import GAN

Losses = dict[str, Tensor]

CLIPPING_WEIGHT = 32.0
"""Weight of errors beyond white, which are rare but conspicuous. Clipped blacks are a photographer's choice."""


def adversarial_step(
    gan: GAN, config: TrainConfig, raw: Tensor, liked: Tensor, degraded: Tensor | None = None
) -> Losses:
    """Update D (eq. 5), then G (eqs. 6 to 9) and its average. Return the losses as detached scalars.

    raw, liked, degraded (copies of `liked`): N x 3 x H x W in [-1, 1]. The identity loss is left out if its weight is
    zero, the undo loss without degraded copies, the fidelity loss without features.
    """
    G, D, weights = gan.G, gan.D, config.weights
    inputs = {"raw": raw, "liked": liked if weights.identity else None, "degraded": degraded}
    results = _enhance_together(gan, G, {name: photos for name, photos in inputs.items() if photos is not None})
    enhanced = results["raw"]

    # Discriminator: tell liked photos from enhanced ones, and from raw ones.
    with gan.autocast(raw.device):
        fakes = distributed.share(gan.pool.exchange(distributed.gather(enhanced.detach())))
        maps = D(torch.cat([liked, fakes, raw]))
        D_liked, D_fakes, D_raw = zip(*[scale.split(len(raw)) for scale in maps], strict=True)
    d_loss = quality.discriminator(D_liked, D_fakes, distributed.mean)
    d_loss = d_loss + quality.discriminator(D_liked, D_raw, distributed.mean)
    _descend(gan.optimisers["discriminator"], d_loss)

    # Generator: look liked, keep the content, leave liked photos alone.
    D = gan.discriminator.requires_grad_(False)
    with gan.autocast(raw.device):
        with torch.no_grad():
            D_liked = D(liked)
        losses = {"quality": quality.generator(D_liked, D(enhanced), distributed.mean)}
    if "liked" in results:
        losses["identity"] = identity(liked, results["liked"], config.recipe)
    if gan.features is not None:
        with torch.no_grad():
            content = gan.features(_reduce(gan.generator.look(raw), config.fidelity_reduction))
        seen = gan.features(_reduce(enhanced, config.fidelity_reduction))
        losses["fidelity"] = fidelity(content, seen, config.recipe)
    if "degraded" in results:
        losses["undo"] = undo(liked, results["degraded"])
    g_loss = torch.stack([getattr(weights, name) * loss for name, loss in losses.items()]).sum()
    _descend(gan.optimisers["generator"], g_loss)
    D.requires_grad_(True)
    gan.ema.update(gan.generator)
    return {name: loss.detach() for name, loss in {**losses, "generator": g_loss, "discriminator": d_loss}.items()}


def pretrain_step(gan: GAN, liked: Tensor, degraded: Tensor, dropout: Tensor) -> Losses:
    """Update the adaptive colour map alone: bring degraded copies of whole photos back. Return the detached loss.

    liked, degraded: N x 3 x H x W in [-1, 1]. dropout: from `AdaptiveColourMap.dropout_mask`.
    """
    look, P = gan.generator.look, gan.P
    assert P is not None
    mapped = P(look.exposure_balance(degraded), dropout)
    # Not clamped: a clamped pixel would have no gradient that brings it back.
    restored = look.colour_map(look.local_contrast(mapped))
    loss = undo(liked, restored) + CLIPPING_WEIGHT * clipping(liked, restored)
    _descend(gan.optimisers["pretrain"], loss, max_gradient_norm=1.0)
    gan.ema.update(gan.generator)
    return {"undo": loss.detach()}


def _enhance_together(gan: GAN, G: nn.Module, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Enhance several batches in one pass: G treats every photo by itself."""
    batches = list(inputs.values())
    with gan.autocast(batches[0].device):
        return dict(zip(inputs, G(torch.cat(batches)).split(len(batches[0])), strict=True))


def _reduce(x: Tensor, factor: int) -> Tensor:
    return F.avg_pool2d(x, factor) if factor > 1 else x


def _descend(optimiser: Optimizer, loss: Tensor, max_gradient_norm: float | None = None) -> None:
    """Do one step of gradient descent."""
    optimiser.zero_grad(set_to_none=True)
    # On the CPU a backward pass in a thread of its own gets its own team of OpenMP threads, and two teams on the same
    # cores wait for each other: up to eight times as slow.
    with torch.autograd.set_multithreading_enabled(loss.device.type != "cpu"):
        loss.backward()  # type: ignore[no-untyped-call]
    if max_gradient_norm is not None:
        parameters = [p for group in optimiser.param_groups for p in group["params"]]
        nn.utils.clip_grad_norm_(parameters, max_gradient_norm)
    optimiser.step()
