"""The global attention module (GAM), eqs. 2 to 4 and figure 3."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import Attention
from .fast import channel_statistics

EPS = 1e-5


class GlobalAttention(nn.Module):
    """Tells every position of a feature map about the whole photo.

    Each channel of z is pooled over the photo (eq. 2), two fully connected layers turn the result into rho (eq. 3), and
    a 1x1 convolution fuses `[z, rho]`, rho expanded to H x W (eq. 4). Half of that convolution sees a constant, so it
    is computed as `Wz z + (Wrho rho + b)`: the same result at half the cost.

    forms:
        paper: mean pooling, nothing after the fusion.
        prenorm: z is normalised channel by channel before the fusion; rho is made from the mean and the deviation that
            were removed, so the photo's overall tone reaches the fusion through the attention alone.
        reference: the authors' code pools mean and deviation and puts an InstanceNorm after the fusion. The norm
            removes every constant again, rho among them: what remains is `InstanceNorm(Wz z)`, and that is computed
            here. The weights of the attention are kept, because checkpoints contain them.

    From outside it is one 1x1 convolution that depends on two statistics of the photo. `project`, `statistics` and
    `fuse` are separate, so that a photo in tiles can gather the statistics first.
    """

    def __init__(self, channels: int, form: Attention) -> None:
        super().__init__()
        if form == "none":
            raise ValueError("a generator without attention has no GlobalAttention")
        self.form = form
        pooled = channels if form == "paper" else 2 * channels
        hidden = max(1, channels // 8)
        self.squeeze = nn.Conv2d(pooled, hidden, 1, bias=False)
        self.expand = nn.Conv2d(hidden, channels, 1, bias=False)
        self.fusion = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, z: Tensor) -> Tensor:
        """Attend N x C x H x W -> N x C x H x W."""
        projected = self.project(z)
        return self.fuse(projected, *self.statistics(projected))

    def project(self, z: Tensor) -> Tensor:
        """Return the map that is pooled: `Wz z` in the reference form, z itself in the others."""
        return F.conv2d(z, self._weights()[0]) if self.form == "reference" else z

    @staticmethod
    def statistics(projected: Tensor) -> tuple[Tensor, Tensor]:
        """Pool over the photo: mean and (biased) variance of each channel, each N x C x 1 x 1 in float32 (eq. 2)."""
        return channel_statistics(projected)

    def fuse(self, projected: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        """Compute eqs. 3 and 4 from the statistics of the whole photo."""
        if self.form == "reference":
            return _normalise(projected, mean, variance)
        weight_z, weight_rho = self._weights()
        pooled = mean
        if self.form == "prenorm":
            projected = _normalise(projected, mean, variance)
            pooled = torch.cat([mean, (variance + EPS).sqrt()], dim=1)
        rho = self.expand(F.relu(self.squeeze(pooled)))
        return F.conv2d(projected, weight_z) + F.conv2d(rho, weight_rho, self.fusion.bias)

    def _weights(self) -> tuple[Tensor, Tensor]:
        """Return the two halves of the fusing convolution: for z and for rho."""
        weight_z, weight_rho = self.fusion.weight.chunk(2, dim=1)
        return weight_z, weight_rho


def _normalise(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    scale = (variance + EPS).rsqrt()
    return torch.addcmul((-mean * scale).to(x.dtype), x, scale.to(x.dtype))
