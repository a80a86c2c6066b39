"""Photo in, photo out: what the style may and may not change."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import ImageCms

from uegan_cli.config import GeneratorConfig, TransportConfig
from uegan_cli.enhancement import devices
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.errors import DeviceError, StyleError, UsageError
from uegan_cli.photo import colour
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style

from .pictures import as_photo, generator_style, made_scene, transport_style


@pytest.fixture(scope="module")
def style() -> Style:
    return generator_style()


def enhanced(pixels: np.ndarray, style: Style, **options: object) -> np.ndarray:
    return Enhancer(style, device="cpu", **options).enhance(as_photo(pixels)).pixels  # type: ignore[arg-type]


def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.abs(a.astype(int) - b)


def swapped_primaries() -> bytes:
    """A profile that is certainly not sRGB: sRGB with red and green exchanged (their XYZ tags renamed)."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")


def identity_style() -> Style:
    weights = {"weight": torch.eye(3), "bias": torch.zeros(3)}
    return make_style("identity", TransportConfig(), weights, Card())


@pytest.mark.parametrize("size", [(700, 900), (900, 700), (1, 1), (3, 500), (2, 3000), (512, 512), (513, 40)])
def test_size_and_type_stay(size: tuple[int, int], style: Style) -> None:
    result = enhanced(made_scene(*size), style)
    assert result.shape == (*size, 3) and result.dtype == np.uint8


def test_everything_but_the_pixels_stays(style: Style) -> None:
    alpha = np.full((40, 60), 7, np.uint8)
    photo = replace(as_photo(made_scene(40, 60)), alpha=alpha, orientation=6, warnings=("x",))
    result = Enhancer(style, device="cpu").enhance(photo)
    assert difference(result.pixels, photo.pixels).mean() > 2
    assert replace(result, pixels=photo.pixels) == photo


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


@pytest.mark.parametrize("full_network", [False, True])
@pytest.mark.parametrize("profile", [None, swapped_primaries()], ids=["srgb", "other"])
def test_an_identity_style_returns_the_input_exactly(profile: bytes | None, full_network: bool) -> None:
    photo = as_photo(made_scene(600, 800), profile=profile)
    result = Enhancer(identity_style(), device="cpu", full_network=full_network).enhance(photo)
    assert np.array_equal(result.pixels, photo.pixels)


def test_a_photo_at_the_working_size_gets_what_the_generator_makes(style: Style) -> None:
    pixels = made_scene(200, 300)
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        expected = ((style.generator(x)[0] + 1) * 127.5).permute(1, 2, 0).numpy()
    assert np.abs(enhanced(pixels, style) - expected).max() <= 1.5


def test_an_affine_style_is_the_same_at_every_size() -> None:
    pixels = made_scene(1200, 1600) // 2 + 60
    expected = (pixels / 127.5 - 1) * 0.8 + (0.1, 0, -0.1)
    assert np.abs(enhanced(pixels, transport_style()) - (expected + 1) * 127.5).max() <= 1


@pytest.mark.parametrize("full_network", [False, True])
def test_greyscale_stays_grey(full_network: bool, style: Style) -> None:
    pixels = made_scene(600, 800)[..., :1].repeat(3, axis=2)
    photo = as_photo(pixels, grey=True)
    result = Enhancer(style, device="cpu", full_network=full_network).enhance(photo).pixels
    assert (result == result[..., :1]).all()
    assert difference(result, pixels).mean() > 1


def test_the_generator_sees_srgb_whatever_the_profile() -> None:
    pixels = made_scene(600, 800) // 2 + 60
    profile = swapped_primaries()
    assert not colour.is_srgb(profile)
    photo = as_photo(colour.from_srgb(pixels, profile), profile=profile)
    result = Enhancer(transport_style(), device="cpu").enhance(photo).pixels
    expected = ((pixels / 127.5 - 1) * 0.8 + (0.1, 0, -0.1) + 1) * 127.5
    assert difference(colour.to_srgb(result, profile), expected.round().astype(int)).mean() <= 1


def test_16_bit_pixels_are_edited_as_8_bit_ones(style: Style) -> None:
    pixels = made_scene(600, 800)
    wide = enhanced(pixels.astype(np.uint16) * 257, style)
    assert wide.dtype == np.uint16
    apart = np.abs(wide / 257 - enhanced(pixels, style))
    assert np.percentile(apart, 99.9) <= 1 and apart.max() <= 2


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
    pixels, style = made_scene(600, 800), generator_style(GeneratorConfig(width=16, attention="reference"))
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
