from __future__ import annotations

import torch

from uegan_cli.look.build import build
from uegan_cli.look.config import BlendConfig, LookConfig, StyledGeneratorConfig


def test_a_blend_adds_the_edits_by_weight() -> None:
    torch.manual_seed(0)
    config = BlendConfig(((0.6, StyledGeneratorConfig(width=2)), (0.3, LookConfig())))
    blend = build(config)
    blend.parts[1].colour_map.weight.data.mul_(0.9)  # type: ignore[index, union-attr]
    x = torch.rand(1, 3, 32, 32) * 1.6 - 0.8
    one, two = (part(x) - x for part in blend.parts)  # type: ignore[union-attr]
    assert torch.allclose(blend(x), (x + 0.6 * one + 0.3 * two).clamp(-1, 1), atol=1e-6)


def test_no_strength_is_no_change() -> None:
    x = torch.rand(1, 3, 32, 32) * 2 - 1
    assert torch.equal(build(BlendConfig(((0.0, StyledGeneratorConfig(width=2)),)))(x), x)
