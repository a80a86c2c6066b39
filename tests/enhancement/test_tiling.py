"""Tiles put together are the untiled network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from uegan_cli.enhancement.tiling import run_tiled
from uegan_cli.look.build import build
from uegan_cli.look.config import BlendConfig, LookConfig, NetworkConfig, StyledGeneratorConfig
from uegan_cli.look.look import Look
from uegan_cli.look.styled_generator import StyledGenerator
from uegan_cli.networks.config import Attention, Modulation
from uegan_cli.styles.authors import style_from_checkpoint
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style
from uegan_cli.styles.stored_names import stored_weights

from .pictures import colour_map_style, generator_style, made_scene, planar

CPU = torch.device("cpu")
LEVEL = 2 / 255


def photo(height: int, width: int) -> Tensor:
    return planar(made_scene(height, width))[None] * 2 - 1


def look_of(network: torch.nn.Module) -> Look:
    look = network.look if isinstance(network, StyledGenerator) else network
    assert isinstance(look, Look)
    return look


def assert_tiles_change_nothing(network: torch.nn.Module, x: Tensor, levels: float) -> None:
    with torch.no_grad():
        whole, tiled = network(x), run_tiled(network, x, CPU, tile=128)
    assert (whole - x).abs().mean() > LEVEL, "the network hardly does anything"
    assert (whole - tiled).abs().max() <= levels * LEVEL


@pytest.mark.parametrize("attention", ["paper", "reference", "prenorm", "none"])
def test_every_attention_form_is_exact(attention: Attention) -> None:
    style = generator_style(StyledGeneratorConfig(width=4, attention=attention))
    assert_tiles_change_nothing(style.generator, photo(300, 420), levels=5e-4)


@pytest.mark.parametrize("modulation", ["pixel", "none"])
def test_every_modulation_is_exact(modulation: Modulation) -> None:
    config = StyledGeneratorConfig(width=4, attention="paper", modulation=modulation, fitted=True)
    assert_tiles_change_nothing(generator_style(config).generator, photo(270, 200), levels=5e-4)


def test_the_authors_network_is_exact(golden: Path) -> None:
    style = style_from_checkpoint("authors", golden / "authors-width8.pth", Card())
    assert_tiles_change_nothing(style.generator, photo(290, 410), levels=2e-4)


def test_a_colour_map_needs_no_tiles() -> None:
    assert_tiles_change_nothing(colour_map_style().generator, photo(300, 100), levels=1e-4)


@pytest.mark.parametrize("config", [LookConfig(), StyledGeneratorConfig(width=4, attention="paper", fitted=True)])
def test_exposure_is_measured_on_the_whole_photo(config: NetworkConfig) -> None:
    network = build(config)
    look_of(network).exposure_balance.load_state_dict(
        {"pull": -0.8 * torch.eye(3), "middle": torch.tensor([-2.0, 0.1, 0.1])}
    )
    assert_tiles_change_nothing(network.requires_grad_(False), photo(290, 420), levels=1e-3)


def test_the_adaptive_colour_map_is_predicted_from_the_whole_photo() -> None:
    config = StyledGeneratorConfig(width=4, attention="paper", fitted=True, adaptive=True)
    network = generator_style(config).generator
    torch.manual_seed(0)
    look_of(network).exposure_balance.load_state_dict(
        {"pull": -0.8 * torch.eye(3), "middle": torch.tensor([-2.0, 0.1, 0.1])}
    )
    torch.nn.init.normal_(look_of(network).adaptive_colour_map.head[2].weight, std=0.05)
    assert_tiles_change_nothing(network, photo(290, 420), levels=1e-3)


@pytest.mark.parametrize("config", [LookConfig(), StyledGeneratorConfig(width=4, attention="paper", fitted=True)])
def test_local_contrast_is_that_of_the_whole_photo(config: NetworkConfig) -> None:
    network = build(config)
    look_of(network).local_contrast.gain.fill_(0.8)
    look_of(network).colour_map.bias.data.fill_(0.1)
    assert_tiles_change_nothing(network.requires_grad_(False), photo(290, 420), levels=1e-3)


def test_blend_is_exact() -> None:
    parts = [generator_style(StyledGeneratorConfig(width=4, attention="paper")), colour_map_style()]
    config: NetworkConfig = BlendConfig(
        tuple((weight, part.config) for weight, part in zip((0.6, 0.3), parts, strict=True))
    )
    weights = {
        f"parts.{number}.{key}": value
        for number, part in enumerate(parts)
        for key, value in stored_weights(part.generator).items()
    }
    blend: Style = make_style("blend", config, weights, Card())
    assert_tiles_change_nothing(blend.generator, photo(200, 290), levels=5e-4)


@pytest.mark.parametrize("size", [(1, 1), (5, 200), (128, 128), (129, 16)])
def test_sizes_at_the_edge(size: tuple[int, int]) -> None:
    network = generator_style(StyledGeneratorConfig(width=4, attention="paper")).generator
    x = photo(*size)
    with torch.no_grad():
        assert (network(x) - run_tiled(network, x, CPU, tile=128)).abs().max() <= 5e-4 * LEVEL


def test_tiles_without_the_whole_photo_would_differ() -> None:
    network = generator_style(StyledGeneratorConfig(width=4, attention="prenorm")).generator
    x = photo(256, 256)
    with torch.no_grad():
        naive = torch.cat([network(part) for part in x.split(128, dim=3)], dim=3)
        assert (network(x) - naive).abs().max() > LEVEL
