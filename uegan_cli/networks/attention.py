"""The global attention module (GAM), eqs. 2 to 4 and figure 3."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from ..config import Attention

EPS = 1e-5


class GlobalAttention(nn.Module):
    """Lets every position of a feature map know the whole photo.

    Each channel of z is pooled over the photo (eq. 2), two fully connected layers make rho of it (eq. 3), and a 1x1
    convolution fuses `[z, rho]`, rho expanded to H x W (eq. 4). Half of that convolution sees a constant, so it is
    computed as `Wz z + (Wrho rho + b)`: the same result at half the cost.

    forms:
        paper: mean pooling, nothing after the fusion.
        prenorm: z is normalised channel by channel before the fusion; rho is made of the mean and the deviation that
            were taken out, so the photo's overall tone reaches the fusion through the attention alone.
        reference: the authors' code pools mean and deviation and puts an InstanceNorm after the fusion. The norm takes
            every constant back out, rho among them: what is left is `InstanceNorm(Wz z)`, and that is computed here.
            The attention's weights are kept, because checkpoints have them.

    Seen from outside it is one 1x1 convolution that depends on two statistics of the photo: `project`, `statistics`
    and `fuse` are separate so that a photo in tiles can gather the statistics first.
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
        """N x C x H x W -> N x C x H x W."""
        projected = self.project(z)
        return self.fuse(projected, *self.statistics(projected))

    def project(self, z: Tensor) -> Tensor:
        """The map whose statistics count: `Wz z` in the reference form, z itself in the others."""
        return F.conv2d(z, self._weights()[0]) if self.form == "reference" else z

    @staticmethod
    def statistics(projected: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and (biased) variance of each channel over the photo, each N x C x 1 x 1, in float32."""
        mean, variance = _Statistics.apply(projected)
        return mean, variance

    def fuse(self, projected: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        """Eqs. 3 and 4, given the statistics of the whole photo."""
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
        """The two halves of the fusing convolution: for z and for rho."""
        weight_z, weight_rho = self.fusion.weight.chunk(2, dim=1)
        return weight_z, weight_rho


class _Statistics(torch.autograd.Function):
    """Autograd's own way back makes five maps as large as z, in float32; their sum is one."""

    @staticmethod
    def forward(context: Any, z: Tensor) -> tuple[Tensor, Tensor]:
        # In two passes: torch.var_mean takes four times as long on the CPU.
        full = z.float()
        mean = full.mean(dim=(2, 3), keepdim=True)
        context.save_for_backward(z, mean)
        return mean, (full - mean).square().mean(dim=(2, 3), keepdim=True)

    @staticmethod
    @once_differentiable
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        z, mean = context.saved_tensors
        of_mean, of_variance = (gradient / z[0, 0].numel() for gradient in gradients)
        return torch.addcmul((of_mean - 2 * of_variance * mean).to(z.dtype), z, (2 * of_variance).to(z.dtype))


def _normalise(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    scale = (variance + EPS).rsqrt()
    return torch.addcmul((-mean * scale).to(x.dtype), x, scale.to(x.dtype))
