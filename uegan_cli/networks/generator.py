"""The joint global and local generator, figures 2 and 3."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import GeneratorConfig
from ..look.adaptive_colour_map import PhotoTransport
from ..look.colour_map import ColourTransport
from ..look.exposure_balance import PhotoLevels
from ..look.local_contrast import LocalContrast
from .attention import GlobalAttention
from .blocks import ConvBlock, NarrowConv, Padding, SameConv, initialise_to_learn_fast
from .modulation import modulate, penultimate_channels

Upsample = Callable[[Tensor], Tensor]


def upsample_twice(x: Tensor) -> Tensor:
    """Bilinear x2 whose corners stay in the corners, as the authors' networks were trained."""
    out = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
    if out.requires_grad:
        # Its gradient is a slice, of what it is put beside: torch does not see that its channels are last, and takes
        # seven times as long.
        out.register_hook(_channels_last)  # type: ignore[no-untyped-call]
    return out


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


class Generator(nn.Module):
    """A U-Net whose skips pass through global attention and whose result is added to the photo.

    With w the base width, stage k of the encoder gives x_k: 2^(k-1) w channels at 1/2^(k-1) of the size. Stage k of the
    decoder widens the previous one to the size of x_(5-k), sets the attended x_(5-k) beside it and halves the channels.
    The penultimate features are modulated by x1, and what comes out of them is the residual r: `clamp(x + r, -1, 1)`.

    What goes by the photo as a whole comes before, in `levels`, `photo_transport` and `local_contrast`; what is the
    same for all photos behind, in `transport`. They are found or learnt by themselves, and no gradient goes through
    those before.

    `levels`, `photo_transport`, `local_contrast`, `encoder.0..4`, `attention.0..4` (fine to coarse), `narrow.0..3`
    (1x1), `decoder.0..3` (coarse to fine), `last.0..1` and `transport` are the names that style files use.
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
        self.levels = PhotoLevels() if config.transport else nn.Identity()
        self.photo_transport = PhotoTransport() if config.adaptive else nn.Identity()
        self.local_contrast = LocalContrast() if config.transport else nn.Identity()
        self.transport = ColourTransport() if config.transport else nn.Identity()

    def start_as_identity(self) -> None:
        """Fresh weights with which it changes nothing yet."""
        for part in (self.encoder, self.attention, self.narrow, self.decoder, self.last):
            initialise_to_learn_fast(part)
        self.silence()

    def silence(self) -> None:
        """Take its own edit from the network: it keeps what it sees."""
        for parameter in self.last[1].parameters():
            nn.init.zeros_(parameter)
        if isinstance(self.photo_transport, PhotoTransport):
            self.photo_transport.silence()

    def forward(self, x: Tensor) -> Tensor:
        """N x 3 x H x W in [-1, 1] -> the same; any size (mirrored up to a multiple of 16, then cropped)."""
        with torch.no_grad():
            x = self.local_contrast(self.photo_transport(self.levels(x)))
        padding = Padding(x.shape[2], x.shape[3])
        padded = padding.pad(x)
        features = self.encode(padded)
        attended = [attend(z) for attend, z in zip(self.attention, features, strict=True)]
        return self.finish(x, padding.crop(self.residual(padded, features[0], attended)))

    def closed_form(self, x: Tensor) -> Tensor:
        """What the network would do without its residual."""
        out: Tensor = self.transport(self.local_contrast(self.photo_transport(self.levels(x))))
        return out.clamp(-1, 1)

    def encode(self, x: Tensor) -> list[Tensor]:
        """x1 .. x5, fine to coarse. H and W must be multiples of 16."""
        features = []
        for stage in self.encoder:
            x = stage(x)
            features.append(x)
        return features

    def residual(
        self, x: Tensor, x1: Tensor, attended: Sequence[Tensor], upsample: Upsample = upsample_twice
    ) -> Tensor:
        """r in [-1, 1], from the attended features (fine to coarse). A tile brings its own `upsample`."""
        *skips, y = attended
        for narrow, stage in zip(self.narrow, self.decoder, strict=True):
            # The 1x1 convolution commutes with the interpolation and is a quarter of the work before it.
            y = stage(torch.cat([upsample(narrow(y)), skips.pop()], dim=1))
        y = modulate(y, x1, self.config.modulation)
        for conv in self.last:
            y = conv(y)
        residual = y.float().tanh()
        return x * residual if self.config.modulation == "pixel" else residual

    def finish(self, x: Tensor, residual: Tensor) -> Tensor:
        """The photo with its residual, through the closed form where there is one."""
        out: Tensor = self.transport(x + residual)
        return out.clamp(-1, 1)
