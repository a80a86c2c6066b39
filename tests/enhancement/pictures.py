"""Photos, edits with a known truth at every size, and how far two pictures are apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from tests.looks import look_weights
from uegan_cli.look.build import build
from uegan_cli.look.config import LookConfig, NetworkConfig, StyledGeneratorConfig
from uegan_cli.photo.photo import Metadata, Photo
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style
from uegan_cli.styles.stored_names import stored_weights

Image_ = NDArray[np.float32]
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def made_scene(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Sky, hills with hard edges, soft colour and fine texture: what a photo asks of an edit."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(height, width)
    rng = np.random.default_rng(seed)
    hills = 0.35 + 0.08 * np.sin(9 * x) + 0.03 * np.sin(31 * x + 1)
    sky = np.stack([0.45 + 0.5 * y, 0.6 + 0.35 * y, 0.95 - 0.15 * y], axis=-1)
    land = np.stack([0.30 + 0.2 * np.sin(6 * x + 9 * y), 0.38 - 0.2 * y, 0.12 + 0.1 * x], axis=-1)
    texture = 0.05 * np.sin(140 * x + 40 * y) + 0.04 * np.sin(97 * y - 33 * x)
    scene = np.where((y > hills)[..., None], land + texture[..., None], sky)
    disc = np.hypot(x - 0.7, y - 0.15) < 0.06
    scene[disc] = (1.0, 0.96, 0.85)
    noise = rng.normal(0, 0.01, (height, width, 1))
    return np.clip((scene + noise) * 255 + 0.5, 0, 255).astype(np.uint8)


def as_photo(pixels: NDArray[np.generic], *, grey: bool = False, profile: bytes | None = None) -> Photo:
    return Photo(pixels, None, "PNG", grey, profile, Metadata("PNG", icc=profile), Path("made.png"))  # type: ignore[arg-type]


def colour_map_style(gain: float = 0.8, offset: float = 0.1) -> Style:
    weights = look_weights(torch.eye(3) * gain, torch.tensor([offset, 0.0, -offset]))
    return make_style("warm", LookConfig(), weights, Card())


def generator_style(config: NetworkConfig | None = None, seed: int = 0, levels: float = 10) -> Style:
    """A small generator whose random weights change a made scene by some `levels` of 255."""
    torch.manual_seed(seed)
    config = config or StyledGeneratorConfig(width=8, attention="paper")
    network = build(config)
    network.start_as_identity()  # type: ignore[operator]
    torch.nn.init.normal_(network.generator.last[1].weight, std=1e-3)  # type: ignore[index, union-attr, arg-type]
    scene = planar(made_scene(64, 96))[None] * 2 - 1
    with torch.no_grad():
        change = (network(scene) - scene).abs().mean()
        network.generator.last[1].weight *= levels / 127.5 / change  # type: ignore[index, union-attr]
    return make_style("random", config, stored_weights(network), Card())


def planar(image: NDArray[np.generic]) -> Tensor:
    """H x W x 3 -> 3 x H x W float32; uint8 in units of white."""
    scale = 255 if image.dtype == np.uint8 else 1
    return torch.tensor(image.transpose(2, 0, 1).astype(np.float32) / scale)


def interleaved(image: Tensor) -> Image_:
    return image.permute(1, 2, 0).numpy().astype(np.float32)


def quarter(image: Image_) -> Image_:
    height, width, _ = image.shape
    return image.reshape(height // 4, 4, width // 4, 4, 3).mean(axis=(1, 3))


def reduced(path: Path, longer: int) -> NDArray[np.uint8]:
    """A real photo with sides that are multiples of 64."""
    with Image.open(path) as image:
        scale = longer / max(image.size)
        size = tuple(max(64, round(side * scale / 64) * 64) for side in image.size)
        return np.array(image.convert("RGB").resize(size, Image.Resampling.BOX))  # type: ignore[arg-type]


Look = Callable[[Image_], Image_]


def clahe(seen: Image_, tiles: int = 8, clip: float = 2.0) -> Look:
    """Contrast-limited adaptive histogram equalisation of luma (Zuiderveld, 1994), its curves taken from `seen`.

    The curves are fixed, so that the same look can be put on the same photo at another size: a strongly local edit with
    a truth at full resolution.
    """
    luma = seen @ LUMA
    bins = np.minimum((luma * 256).astype(int), 255)
    curves = np.empty((tiles, tiles, 256), np.float32)
    for row, band in enumerate(np.array_split(bins, tiles, axis=0)):
        for column, tile in enumerate(np.array_split(band, tiles, axis=1)):
            counts = np.bincount(tile.ravel(), minlength=256) / tile.size
            limit = clip / 256
            excess = np.maximum(counts - limit, 0).sum()
            curves[row, column] = np.cumsum(np.minimum(counts, limit) + excess / 256)

    def look(image: Image_) -> Image_:
        height, width, _ = image.shape
        v, u = (np.clip((np.arange(n) + 0.5) / n * tiles - 0.5, 0, tiles - 1) for n in (height, width))
        top, left = v.astype(int)[:, None], u.astype(int)[None]
        below, right = np.minimum(top + 1, tiles - 1), np.minimum(left + 1, tiles - 1)
        v, u = v[:, None] - top, u[None] - left
        luma = image @ LUMA
        place = np.clip(luma * 256 - 0.5, 0, 255)
        low = np.minimum(place.astype(int), 254)

        def at(row: NDArray[np.int_], column: NDArray[np.int_]) -> Image_:
            return curves[row, column, low] + (place - low) * (curves[row, column, low + 1] - curves[row, column, low])

        upper, lower = (1 - u) * at(top, left) + u * at(top, right), (1 - u) * at(below, left) + u * at(below, right)
        gain = (1 - v) * upper + v * lower - luma
        return np.clip(image + gain[..., None], 0, 1).astype(np.float32)

    return look


def analytic(image: Image_) -> Image_:
    """A smooth edit that varies over the photo: exposure, a tone curve and a tint."""
    height, width, _ = image.shape
    y, x = (np.arange(height)[:, None] + 0.5) / height, (np.arange(width)[None] + 0.5) / width
    power = 0.85 + 0.15 * np.sin(3 * x + 2 * y)
    return (image ** power[..., None] * np.array([0.98, 0.95, 0.9])).astype(np.float32)


def psnr(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """In dB, for pictures with white = 1."""
    return float(-10 * np.log10(np.mean((np.asarray(a, np.float64) - b) ** 2) + 1e-20))


def delta_e(a: Image_, b: Image_) -> float:
    """Mean CIE 1976 colour difference of two sRGB pictures."""
    return float(np.linalg.norm(_lab(a) - _lab(b), axis=-1).mean())


def _lab(srgb: Image_) -> NDArray[np.float64]:
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0) + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def reversals(before: Image_, after: Image_) -> float:
    """Per mille of neighbouring pixels whose order in luma is turned round, two levels or more on both sides: halos."""
    turned = total = 0
    for axis in (0, 1):
        was, now = (np.diff(image @ LUMA, axis=axis) * 255 for image in (before, after))
        turned += int(((was * now < 0) & (np.abs(was) >= 2) & (np.abs(now) >= 2)).sum())
        total += was.size
    return 1000 * turned / total
