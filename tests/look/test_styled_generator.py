from __future__ import annotations

import torch
from torch import Tensor

from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.look.styled_generator import StyledGenerator


def made(**fields: object) -> StyledGenerator:
    torch.manual_seed(0)
    return StyledGenerator(StyledGeneratorConfig(width=2, attention="prenorm", **fields))  # type: ignore[arg-type]


def photos() -> Tensor:
    coarse = torch.rand(3, 3, 5, 7, generator=torch.Generator().manual_seed(0)) * 1.6 - 0.8
    return torch.nn.functional.interpolate(coarse, (90, 130), mode="bicubic").clamp(-1, 1)


def test_without_a_look_it_is_the_generator() -> None:
    styled = made()
    with torch.no_grad():
        assert torch.equal(styled(photos()), styled.generator(photos()))


def test_look_generator_and_look_follow_each_other() -> None:
    styled = made(fitted=True, adaptive=True)
    torch.nn.init.constant_(styled.look.colour_map.bias, 0.1)  # type: ignore[arg-type]
    with torch.no_grad():
        prepared = styled.look.prepare(photos())
        expected = styled.look.finish(prepared + styled.generator.residual(prepared))
        assert torch.equal(styled(photos()), expected)
        assert not torch.equal(prepared, photos())


def test_no_gradient_passes_through_the_adaptive_colour_map() -> None:
    styled = made(adaptive=True)
    styled(photos()).mean().backward()
    assert all(parameter.grad is None for parameter in styled.look.adaptive_colour_map.parameters())
    assert styled.generator.encoder[0].get_parameter("weight").grad is not None


def test_a_silent_generator_leaves_the_look_alone() -> None:
    styled = made(fitted=True, adaptive=True)
    styled.silence()
    assert torch.allclose(styled(photos()), photos(), atol=1e-6)
    torch.nn.init.normal_(styled.look.adaptive_colour_map.head[2].weight, std=0.05)  # type: ignore[index, union-attr]
    with torch.no_grad():
        assert torch.allclose(styled(photos()), styled.look(photos()), atol=1e-6)
        assert not torch.allclose(styled(photos()), photos(), atol=0.01)
