"""Photo in, photo out: what the style may and may not change."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from tests.looks import look_weights
from uegan_cli.enhancement import devices
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.errors import DeviceError, StyleError, UsageError
from uegan_cli.look.config import LookConfig, StyledGeneratorConfig
from uegan_cli.photo import colour
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style

from ..photo import profiles
from .pictures import as_photo, colour_map_style, generator_style, made_scene, psnr


@pytest.fixture(scope="module")
def style() -> Style:
    return generator_style()


def enhanced(pixels: np.ndarray, style: Style, **options: object) -> np.ndarray:
    return Enhancer(style, device="cpu", **options).enhance(as_photo(pixels)).pixels  # type: ignore[arg-type]


def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.abs(a.astype(int) - b)


def every_tone(height: int, width: int, bits: int) -> np.ndarray:
    """A made scene; its left half is noise that has every level."""
    pixels = made_scene(height, width).astype(np.uint16) * (257 if bits == 16 else 1)
    half = pixels[:, : width // 2]
    half[:] = np.random.default_rng(0).integers(0, 1 << bits, half.shape)
    return pixels.astype(np.uint16 if bits == 16 else np.uint8)


def saturated(amount: float = 0.1) -> Style:
    """A little more saturation and light."""
    grey = torch.full((3, 3), 1 / 3)
    weights = look_weights(torch.eye(3) * (1 + amount) - grey * amount, torch.full((3,), 0.05))
    return make_style("vivid", LookConfig(), weights, Card())


def identity_style() -> Style:
    weights = look_weights()
    return make_style("identity", LookConfig(), weights, Card())


@pytest.mark.parametrize("size", [(700, 900), (900, 700), (1, 1), (3, 500), (2, 3000), (512, 512), (513, 40)])
def test_size_and_type_stay(size: tuple[int, int], style: Style) -> None:
    result = enhanced(made_scene(*size), style)
    assert result.shape == (*size, 3) and result.dtype == np.uint8


def test_everything_but_the_pixels_stays(style: Style) -> None:
    alpha = np.full((40, 60), 7, np.uint8)
    photo = replace(as_photo(made_scene(40, 60)), alpha=alpha, warnings=("x",))
    result = Enhancer(style, device="cpu").enhance(photo)
    assert difference(result.pixels, photo.pixels).mean() > 2
    assert all(getattr(result, f.name) is getattr(photo, f.name) for f in fields(photo) if f.name != "pixels")


def test_the_input_is_left_alone(style: Style) -> None:
    pixels = made_scene(600, 800)
    before = pixels.copy()
    enhanced(pixels, style)
    assert np.array_equal(pixels, before)


def test_strength_0_returns_the_pixels_exactly(style: Style) -> None:
    pixels = made_scene(600, 800)
    assert np.array_equal(enhanced(pixels, style, strength=0), pixels)


def test_strength_scales_the_edit(style: Style) -> None:
    pixels = made_scene(600, 800) // 2 + 64
    whole, half = (enhanced(pixels, style, strength=s).astype(int) - pixels for s in (1, 0.5))
    assert np.abs(whole / 2 - half).max() <= 1


@pytest.mark.parametrize("strength", [-0.1, 1.5, float("nan")])
def test_strength_out_of_range_is_refused(strength: float, style: Style) -> None:
    with pytest.raises(UsageError, match="strength"):
        Enhancer(style, device="cpu", strength=strength)


PROFILES = {
    "srgb": None,
    "display-p3": colour.profile_from_code_points(12, 13),
    "adobe-rgb": colour.print_rgb(),
    "pro-photo": profiles.pro_photo(),
    "swapped": profiles.swapped_primaries(),
    "scanner": profiles.scanner(),
    "grey": profiles.grey(1.8),
    "broken": b"junk",
}


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_an_identity_style_returns_the_input_exactly(profile: bytes | None, bits: int) -> None:
    for full_network in (False, True):
        photo = as_photo(every_tone(130, 700, bits), profile=profile)
        result = Enhancer(identity_style(), device="cpu", full_network=full_network).enhance(photo)
        assert result.pixels.dtype == photo.pixels.dtype and np.array_equal(result.pixels, photo.pixels)


def test_a_photo_at_the_working_size_gets_what_the_generator_makes(style: Style) -> None:
    pixels = made_scene(200, 300)
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        expected = ((style.generator(x)[0] + 1) * 127.5).permute(1, 2, 0).numpy()
    assert np.abs(enhanced(pixels, style) - expected).max() <= 1.5


def test_an_affine_style_is_the_same_at_every_size() -> None:
    pixels = made_scene(1200, 1600) // 2 + 60
    expected = (pixels / 127.5 - 1) * 0.8 + (0.1, 0, -0.1)
    assert np.abs(enhanced(pixels, colour_map_style()) - (expected + 1) * 127.5).max() <= 1


@pytest.mark.parametrize("full_network", [False, True])
def test_greyscale_stays_grey(full_network: bool, style: Style) -> None:
    pixels = made_scene(600, 800)[..., :1].repeat(3, axis=2)
    photo = as_photo(pixels, grey=True)
    result = Enhancer(style, device="cpu", full_network=full_network).enhance(photo).pixels
    assert (result == result[..., :1]).all()
    assert difference(result, pixels).mean() > 1


@pytest.mark.parametrize("name", ["display-p3", "adobe-rgb", "pro-photo", "swapped"])
def test_the_result_has_the_same_colours_whatever_the_profile(name: str, style: Style) -> None:
    profile = PROFILES[name]
    srgb = made_scene(300, 400).astype(np.float32) / 255 * 0.8 + 0.1
    own = (colour.from_srgb(srgb, profile) * 65535 + 0.5).astype(np.uint16)
    result = Enhancer(style, device="cpu").enhance(as_photo(own, profile=profile)).pixels
    expected = enhanced((srgb * 65535 + 0.5).astype(np.uint16), style)
    seen = colour.to_srgb(result.astype(np.float32) / 65535, profile)
    assert psnr(seen, expected / 65535) > 55 > psnr(srgb, expected / 65535) + 20


def test_colours_beyond_srgb_keep_their_chroma() -> None:
    profile = PROFILES["display-p3"]
    pixels = made_scene(300, 400).astype(np.uint16) * 257
    pixels[100:200, 100:200] = (2000, 60000, 6000)
    photo = as_photo(pixels, profile=profile)
    untouched = Enhancer(saturated(), device="cpu", strength=0).enhance(photo).pixels
    assert np.array_equal(untouched, pixels)
    green = Enhancer(saturated(), device="cpu").enhance(photo).pixels[120:180, 120:180].reshape(-1, 3) / 65535
    srgb = colour.to_srgb(pixels[120:121, 120:121].astype(np.float32) / 65535, profile)
    cut = colour.from_srgb(srgb, profile)[0, 0]
    assert cut[0] > 0.4, "nearest in sRGB, it is much paler"
    assert green[:, 0].max() < 0.12 and green[:, 2].max() < 0.2 and green[:, 1].min() > 0.9


def test_a_tone_curve_is_undone_for_the_generator(style: Style) -> None:
    tones = made_scene(200, 300)[..., :1].repeat(3, axis=2).astype(np.float32) / 255 * 0.8 + 0.1
    own = (colour.from_srgb(tones, PROFILES["grey"]) * 65535 + 0.5).astype(np.uint16)
    result = Enhancer(style, device="cpu").enhance(as_photo(own, grey=True, profile=PROFILES["grey"])).pixels
    assert (result == result[..., :1]).all()
    plain = as_photo((tones * 65535 + 0.5).astype(np.uint16), grey=True)
    expected = Enhancer(style, device="cpu").enhance(plain).pixels
    assert psnr(colour.to_srgb(result.astype(np.float32) / 65535, PROFILES["grey"]), expected / 65535) > 50


@pytest.mark.parametrize("full_network", [False, True])
def test_16_bit_pixels_are_edited_as_8_bit_ones(full_network: bool, style: Style) -> None:
    pixels = made_scene(560, 650)
    wide = enhanced(pixels.astype(np.uint16) * 257, style, full_network=full_network)
    assert wide.dtype == np.uint16
    apart = np.abs(wide / 257 - enhanced(pixels, style, full_network=full_network))
    assert np.percentile(apart, 99.9) <= 1 and apart.max() <= 2


def test_a_smooth_ramp_of_16_bits_stays_smooth() -> None:
    ramp = np.linspace(8000, 50000, 20000).astype(np.uint16).reshape(1, -1, 1).repeat(48, axis=0).repeat(3, axis=2)
    for style in (colour_map_style(), saturated()):
        result = enhanced(ramp, style)[24].astype(int)
        assert all(len(np.unique(result[:, channel])) > 15000 for channel in range(3))
        assert np.diff(result, axis=0).max() <= 4 and np.diff(result, axis=0).min() >= 0


def test_16_bits_stay_on_the_cpu_where_a_device_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    sixteen, device = np.dtype(np.uint16), torch.device("meta")
    assert devices.able_to_hold(sixteen, device) == device

    def unknown(*_: object, **__: object) -> None:
        raise TypeError("this device has no uint16")

    monkeypatch.setattr(torch, "ones", unknown)
    assert devices.able_to_hold(sixteen, device) == torch.device("cpu")


def test_full_network_is_the_generator_at_full_size(style: Style) -> None:
    pixels = made_scene(560, 650)
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        expected = ((style.generator(x)[0] + 1) * 127.5).permute(1, 2, 0).numpy()
    assert np.abs(enhanced(pixels, style, full_network=True) - expected).max() <= 1.5


def test_same_photo_gives_same_pixels_with_any_number_of_threads(style: Style) -> None:
    pixels = made_scene(600, 800)
    first = enhanced(pixels, style, threads=1)
    assert np.array_equal(first, enhanced(pixels, style, threads=1))
    assert difference(first, enhanced(pixels, style, threads=3)).max() <= 1


@pytest.mark.skipif(not devices.has_bfloat16(torch.device("cpu")), reason="this CPU has no bfloat16 products")
def test_bfloat16_differs_by_a_level_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, style = made_scene(600, 800), generator_style(StyledGeneratorConfig(width=16, attention="reference"))
    half = enhanced(pixels, style)
    monkeypatch.setattr(devices, "has_bfloat16", lambda device: False)
    apart = difference(half, enhanced(pixels, style))
    assert np.percentile(apart, 99) <= 1 and apart.mean() < 0.3


def test_read_only_and_turned_pixels_are_accepted(style: Style) -> None:
    pixels = made_scene(90, 120)
    turned = pixels[::-1].swapaxes(0, 1)
    turned.flags.writeable = False
    assert np.array_equal(enhanced(turned, style), enhanced(np.ascontiguousarray(turned), style))


def test_the_style_itself_is_left_alone(style: Style) -> None:
    before = {key: value.clone() for key, value in style.generator.state_dict().items()}
    enhanced(made_scene(64, 64), style)
    assert all(torch.equal(before[key], value) for key, value in style.generator.state_dict().items())


def test_an_unknown_style_is_a_style_error() -> None:
    with pytest.raises(StyleError):
        Enhancer("no-such-style", device="cpu")


def test_memory_that_runs_out_names_the_photo(style: Style, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    enhancer = Enhancer(style, device="cpu")
    monkeypatch.setattr("uegan_cli.enhancement.enhancer.area_average", run_out)
    with pytest.raises(DeviceError, match=r"^made\.png: not enough memory"):
        enhancer.enhance(as_photo(made_scene(8, 8)))


def test_importing_the_enhancer_loads_torch_and_no_other_heavy_package() -> None:
    code = "import sys, uegan_cli.enhancement.enhancer; print([m for m in sys.modules if m in sys.argv[1:]])"
    heavy = ["torchvision", "scipy", "skimage", "matplotlib", "typer", "rich"]
    found = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.gpu
@pytest.mark.parametrize("full_network", [False, True])
def test_an_accelerator_gives_the_pixels_of_the_cpu(full_network: bool, style: Style) -> None:
    pixels = made_scene(1500, 2000)
    options = {"full_network": full_network}
    on_gpu = Enhancer(style, device="auto", **options).enhance(as_photo(pixels)).pixels
    apart = difference(on_gpu, enhanced(pixels, style, **options))
    assert np.percentile(apart, 99) <= 1 and apart.mean() < 0.3
