"""How fast a training step is, against the plain float32 step of the same networks in the same run.

    pytest -m benchmark -s tests/benchmarks/test_training_step.py     (minutes)

`reference` is the same step, computed better. `quick` is the step of that preset, which also does less: the fidelity
loss sees photos at half their size, and synthetic pairs replace the identity loss.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.optim import Adam

from uegan_cli.enhancement.devices import has_bfloat16
from uegan_cli.look.build import build
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.losses import quality
from uegan_cli.losses.features import Features
from uegan_cli.losses.fidelity import fidelity
from uegan_cli.losses.identity import identity
from uegan_cli.networks.attention import GlobalAttention
from uegan_cli.networks.blocks import NarrowConv, SameConv
from uegan_cli.networks.discriminator import Discriminator
from uegan_cli.networks.fast import upsample_twice_plain
from uegan_cli.networks.generator import Generator
from uegan_cli.networks.modulation import modulate
from uegan_cli.training.config import TrainConfig
from uegan_cli.training.fake_pool import FakePool
from uegan_cli.training.gan import build_gan
from uegan_cli.training.presets import preset
from uegan_cli.training.step import adversarial_step

pytestmark = pytest.mark.benchmark

BATCH = 4


class PlainAttention(GlobalAttention):
    """Eqs. 2 to 4 as they are written: pool, expand, concatenate, fuse; then the norm of the reference form."""

    def forward(self, z: Tensor) -> Tensor:
        variance, mean = torch.var_mean(z, dim=(2, 3), keepdim=True)
        rho = self.expand(F.relu(self.squeeze(torch.cat([mean, (variance + 1e-5).sqrt()], dim=1))))
        return F.instance_norm(self.fusion(torch.cat([z, rho.expand_as(z)], dim=1)))


class PlainGenerator(Generator):
    """The generator with every layer computed where the paper has it."""

    def __init__(self, config: StyledGeneratorConfig) -> None:
        super().__init__(config)
        attention = [PlainAttention(attend.fusion.out_channels, config.attention) for attend in self.attention]
        self.attention = nn.ModuleList(attention)

    def forward(self, x: Tensor) -> Tensor:
        features = self.encode(x)
        *skips, y = [attend(z) for attend, z in zip(self.attention, features, strict=True)]
        for narrow, stage in zip(self.narrow, self.decoder, strict=True):
            y = narrow(upsample_twice_plain(y))
            y = stage(torch.cat([y, skips.pop()], dim=1))
        y = modulate(y, features[0], self.config.modulation)
        for conv in self.last:
            y = conv(y)
        return (x + y.tanh()).clamp(-1, 1)


class PlainDiscriminator(Discriminator):
    """The discriminator with torch's spectral norm, which divides the weights."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            parametrizations.spectral_norm(SameConv(stage.in_channels, stage.out_channels, stage.kernel_size[0], 2))
            for stage in self.stages
        )


def make_plain_step(config: TrainConfig) -> Callable[[Tensor, Tensor], None]:
    """Return the step of section IV-B in float32, one pass of the networks after another."""
    G, D, features = PlainGenerator(config.generator), PlainDiscriminator(), Features("vgg19")
    for network in (G, D):
        for module in network.modules():
            if isinstance(module, NarrowConv):
                module.forward = partial(SameConv.forward, module)  # type: ignore[method-assign]
    pool = FakePool(config.pool_size, 0)
    g_adam, d_adam = (Adam(n.parameters(), 1e-4, config.betas, weight_decay=1e-4) for n in (G, D))

    def step(raw: Tensor, liked: Tensor) -> None:
        enhanced = G(raw)
        fake = pool.exchange(enhanced.detach())
        d_loss = quality.discriminator(D(liked), D(fake)) + quality.discriminator(D(liked), D(raw))
        d_adam.zero_grad()
        d_loss.backward()
        d_adam.step()
        g_loss = 0.1 * quality.generator(D(liked), D(enhanced)) + fidelity(features(raw), features(enhanced))
        g_loss = g_loss + 0.1 * identity(liked, G(liked))
        g_adam.zero_grad()
        g_loss.backward()
        g_adam.step()

    return step


def make_step(config: TrainConfig) -> Callable[[Tensor, Tensor], None]:
    """Return the step of this program, with stand-ins for degraded copies."""
    device = torch.device("cpu")
    precision = torch.bfloat16 if has_bfloat16(device) else torch.float32
    generator = build(config.generator)
    gan = build_gan(config, generator, Discriminator(), Features("vgg19"), device, precision)
    steps = itertools.count()

    def step(raw: Tensor, liked: Tensor) -> None:
        undoes = config.weights.undo and next(steps) % config.undo_every == 0
        adversarial_step(gan, config, raw, liked, 0.8 * liked if undoes else None)

    return step


def seconds(step: Callable[[Tensor, Tensor], None], raw: Tensor, liked: Tensor, count: int) -> float:
    """Return the mean time of `count` steps."""
    start = time.perf_counter()
    for _ in range(count):
        step(raw, liked)
    return (time.perf_counter() - start) / count


@pytest.mark.parametrize("size", [128, 256])
@pytest.mark.parametrize("recipe", ["reference", "quick"])
def test_a_step_is_faster_than_the_plain_one(recipe: str, size: int) -> None:
    reference = TrainConfig(generator=StyledGeneratorConfig(attention="reference"), size=size, batch=BATCH)
    config = preset("quick", size=size, batch=BATCH) if recipe == "quick" else reference
    torch.manual_seed(0)
    raw, liked = (torch.rand(BATCH, 3, size, size) * 2 - 1 for _ in range(2))
    nhwc = [x.to(memory_format=torch.channels_last) for x in (raw, liked)]
    plain, ours = make_plain_step(reference), make_step(config)
    plain(raw, liked), ours(*nhwc)
    # By turns, so that other load on the machine affects both.
    count, times = config.undo_every, []
    for _ in range(3 if size == 256 else 6):
        times.append((seconds(plain, raw, liked, count), seconds(ours, *nhwc, count)))
    one, two = (sorted(side)[len(side) // 2] for side in zip(*times, strict=True))
    rates = f"plain {BATCH / one:.2f} photos/s, ours {BATCH / two:.2f}, ratio {one / two:.2f}"
    print(f"\n{recipe}, {size} px, batch {BATCH}: {rates}")
    assert one / two > (4 if recipe == "quick" else 2) or not has_bfloat16(torch.device("cpu"))
