"""The joint global and local generator, figures 2 and 3."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from .attention import GlobalAttention
from .blocks import ConvBlock, NarrowConv, Padding, SameConv, initialise_to_learn_fast
from .config import GeneratorConfig
from .fast import upsample_twice
from .modulation import modulate, penultimate_channels

Upsample = Callable[[Tensor], Tensor]


class Generator(nn.Module):
    """A U-Net whose skips pass through global attention and whose output, a residual, is added to the photo.

    With w the base width, stage k of the encoder gives x_k: 2^(k-1) w channels at 1/2^(k-1) of the size. Stage k of the
    decoder upsamples the previous one to the size of x_(5-k), concatenates the attended x_(5-k) and halves the
    channels. The penultimate features are modulated by x1 and give the residual r: `clamp(x + r, -1, 1)`.

    Style files use the names `encoder.0..4`, `attention.0..4` (fine to coarse), `narrow.0..3` (1x1), `decoder.0..3`
    (coarse to fine) and `last.0..1`.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        w = config.width
        widths = [w, 2 * w, 4 * w, 8 * w, 16 * w]
        self.encoder = nn.ModuleList([ConvBlock(3, w, 7)])
        self.encoder.extend(ConvBlock(c // 2, c, 3, stride=2) for c in widths[1:])
        attends = config.attention != "none"
        self.attention = nn.ModuleList(
            GlobalAttention(c, config.attention) if attends else nn.Identity() for c in widths
        )
        self.narrow = nn.ModuleList(nn.Conv2d(c, c // 2, 1) for c in reversed(widths[1:]))
        self.decoder = nn.ModuleList(ConvBlock(c, c // 2, 3) for c in reversed(widths[1:]))
        penultimate = penultimate_channels(w, config.modulation)
        self.last = nn.ModuleList([SameConv(penultimate, w, 3), NarrowConv(w, 3, 7)])

    def forward(self, x: Tensor) -> Tensor:
        """Enhance N x 3 x H x W in [-1, 1] -> the same, at any size."""
        return (x + self.residual(x)).clamp(-1, 1)

    def residual(self, x: Tensor) -> Tensor:
        """Return r in [-1, 1] for N x 3 x H x W at any size: mirrored up to multiples of 16, then cropped."""
        padding = Padding(x.shape[2], x.shape[3])
        padded = padding.pad(x)
        features = self.encode(padded)
        attended = [attend(z) for attend, z in zip(self.attention, features, strict=True)]
        return padding.crop(self.decode(padded, features[0], attended))

    def encode(self, x: Tensor) -> list[Tensor]:
        """Return x1 .. x5, fine to coarse. H and W must be multiples of 16."""
        features = []
        for stage in self.encoder:
            x = stage(x)
            features.append(x)
        return features

    def decode(self, x: Tensor, x1: Tensor, attended: Sequence[Tensor], upsample: Upsample = upsample_twice) -> Tensor:
        """Return r in [-1, 1] from the attended features, fine to coarse. A tile brings its own `upsample`."""
        *skips, y = attended
        for narrow, stage in zip(self.narrow, self.decoder, strict=True):
            # The 1x1 convolution commutes with the interpolation and is a quarter of the work before it.
            y = stage(torch.cat([upsample(narrow(y)), skips.pop()], dim=1))
        y = modulate(y, x1, self.config.modulation)
        for conv in self.last:
            y = conv(y)
        residual = y.float().tanh()
        return x * residual if self.config.modulation == "pixel" else residual

    def start_as_identity(self) -> None:
        """Set fresh weights with a residual of zero."""
        initialise_to_learn_fast(self)
        self.silence()

    def silence(self) -> None:
        """Set the residual to zero, and keep the weights of all layers but the last."""
        for parameter in self.last[1].parameters():
            nn.init.zeros_(parameter)
