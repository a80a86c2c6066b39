"""Edits that are the same all over the photo: exact at every size and depth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from uegan_cli.enhancement import colour_map_edit
from uegan_cli.enhancement import enhancer as enhancer_module
from uegan_cli.enhancement.colour_map_edit import ColourMapEdit
from uegan_cli.enhancement.downsampling import area_average
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.look.config import LookConfig
from uegan_cli.look.look import FittedLook, PhotoColourMap
from uegan_cli.photo import colour
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style
from uegan_cli.styles.stored_names import stored_weights

from ..photo import profiles
from .pictures import as_photo, generator_style, made_scene, planar


def made_look(*parts: str) -> FittedLook:
    """A look whose named parts make visible changes."""
    torch.manual_seed(0)
    look = FittedLook("adaptive" in parts).requires_grad_(False)
    if "balance" in parts:
        look.exposure_balance.pull.copy_(torch.diag(torch.tensor([-0.6, -0.4, -0.3])))
    if "adaptive" in parts:
        look.adaptive_colour_map.head[2].weight.mul_(0.3)  # type: ignore[index, union-attr]
    if "shared" in parts:
        look.colour_map.weight.mul_(0.9).add_(0.02)
        look.colour_map.quadratic.add_(torch.linspace(-0.1, 0.1, 18).view(3, 6))
        look.colour_map.bias.add_(torch.tensor([0.05, 0.0, -0.05]))
    if "local" in parts:
        look.local_contrast.gain.fill_(0.4)
    return look


def as_style(look: FittedLook) -> Style:
    config = LookConfig(adaptive=not isinstance(look.adaptive_colour_map, torch.nn.Identity))
    return make_style("known", config, stored_weights(look), Card())


def of_depth(pixels: np.ndarray, bits: int) -> np.ndarray:
    return pixels if bits == 8 else (pixels.astype(np.uint16) * 257 + 13).clip(0, 65535).astype(np.uint16)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(
    "parts", [("shared",), ("adaptive",), ("balance", "shared"), ("balance", "adaptive", "shared")]
)
def test_every_pixel_is_mapped_as_the_look_maps_it(parts: tuple[str, ...], bits: int) -> None:
    """Exact to the level, although the map was resolved at another size."""
    look, pixels = made_look(*parts), of_depth(made_scene(300, 400), bits)
    white = np.iinfo(pixels.dtype).max
    x = torch.tensor(pixels.astype(np.float32) / white).permute(2, 0, 1)[None] * 2 - 1
    map = look.photo_colour_map(x)
    assert map is not None
    edited = ColourMapEdit(map).apply(torch.from_numpy(pixels).permute(2, 0, 1)).permute(1, 2, 0).numpy()
    wanted = ((look(x)[0].permute(1, 2, 0) + 1) / 2 * white).double().numpy()
    assert np.abs(edited - wanted).max() < (0.51 if bits == 8 else 1.0)
    assert np.abs(wanted - pixels).mean() > 0.01 * white


def test_where_neighbours_count_there_is_no_such_map() -> None:
    assert made_look("shared", "local").photo_colour_map(torch.zeros(1, 3, 32, 48)) is None


@pytest.mark.parametrize("bits", [8, 16])
def test_no_change_returns_every_level_exactly(bits: int) -> None:
    ramp = torch.from_numpy(np.arange(1 << bits).reshape(1, -1, 64).repeat(3, 0).astype(f"uint{bits}"))
    look = FittedLook(adaptive=True).requires_grad_(False)
    look.adaptive_colour_map.silence()  # type: ignore[operator, union-attr]
    found = look.photo_colour_map(torch.zeros(1, 3, 32, 48))
    assert found == PhotoColourMap(None, ())
    assert torch.equal(ColourMapEdit(found).apply(ramp), ramp)
    assert torch.equal(ColourMapEdit(PhotoColourMap(torch.zeros(3), ())).apply(ramp), ramp)


def the_map(*parts: str) -> PhotoColourMap:
    map = made_look(*parts).photo_colour_map(planar(made_scene(64, 96))[None] * 2 - 1)
    assert map is not None
    return map


def scene(height: int = 217, width: int = 300) -> Tensor:
    return torch.tensor(made_scene(height, width)).permute(2, 0, 1)


def test_threads_and_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    edit = ColourMapEdit(the_map("balance", "adaptive", "shared"))
    whole = edit.apply(scene())
    monkeypatch.setattr(colour_map_edit, "PIXELS", 1000)
    assert torch.equal(edit.apply(scene(), threads=3), whole)


def test_half_the_strength_is_half_the_change() -> None:
    edit = ColourMapEdit(the_map("shared"))
    nothing, half, all_ = (edit.scaled(strength).apply(scene()).int() for strength in (0.0, 0.5, 1.0))
    assert torch.equal(nothing, scene().int())
    assert ((nothing + all_) / 2 - half).abs().max() <= 1


@pytest.mark.parametrize("parts", [("adaptive",), ("balance", "shared")])
def test_the_full_size_photo_averaged_down_is_what_the_style_makes_of_the_small_one(parts: tuple[str, ...]) -> None:
    # Smooth, for the mean of mapped colours is not the mapped mean.
    scene = torch.nn.functional.interpolate(planar(made_scene(64, 96))[None], (1024, 1536), mode="bicubic")[0]
    photo = as_photo((scene.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())
    style = as_style(made_look(*parts))
    small = area_average(torch.from_numpy(photo.pixels), 336, 512) / 255
    wanted = (style.generator((small * 2 - 1)[None])[0] + 1) / 2
    result = Enhancer(style, device="cpu").enhance(photo).pixels
    found = area_average(torch.from_numpy(np.ascontiguousarray(result)), 336, 512) / 255
    assert -10 * torch.log10((found - wanted).square().mean()) > 50


def test_what_is_not_the_same_all_over_goes_through_a_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks, local contrast; grey photos and other colour spaces, in which edits are made by their means."""
    fitted = []
    fit = enhancer_module.fit
    monkeypatch.setattr(enhancer_module, "fit", lambda *pair: fitted.append(1) or fit(*pair))
    wide = as_photo(made_scene(64, 96), profile=profiles.pro_photo())
    assert not colour.is_srgb(wide.profile)
    plain, grey = as_photo(made_scene(64, 96)), as_photo(made_scene(64, 96)[..., :1].repeat(3, 2), grey=True)
    shared = as_style(made_look("shared"))
    cases = [
        (shared, plain, 0),
        (as_style(made_look("adaptive")), replace(plain, pixels=plain.pixels.astype(np.uint16) * 257), 0),
        (shared, grey, 1),
        (shared, wide, 1),
        (as_style(made_look("shared", "local")), plain, 1),
        (generator_style(), plain, 1),
    ]
    for style, photo, times in cases:
        fitted.clear()
        Enhancer(style, device="cpu").enhance(photo)
        assert len(fitted) == times
