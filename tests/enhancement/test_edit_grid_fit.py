"""What the transferred edit promises, measured: closeness, no halos, exact identity, the same result every time."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from uegan_cli.enhancement.edit_grid import EditGrid
from uegan_cli.enhancement.edit_grid_fit import fit

from .pictures import (
    Image_,
    Look,
    analytic,
    clahe,
    delta_e,
    generator_style,
    interleaved,
    made_scene,
    planar,
    psnr,
    quarter,
    reduced,
    reversals,
)


def transferred(full: NDArray[np.uint8], small: Image_, edited: Image_) -> Image_:
    grid = fit(planar(small), planar(edited) - planar(small))
    return interleaved(grid.apply(torch.tensor(full).permute(2, 0, 1))) / 255


def by_generator(image: Image_) -> Image_:
    with torch.no_grad():
        out = generator_style(levels=5).generator((planar(image) * 2 - 1)[None])[0]
    return interleaved((out + 1) / 2)


@pytest.fixture(params=[(832, 1216), (1216, 832)], ids=["landscape", "portrait"])
def scene(request: pytest.FixtureRequest) -> NDArray[np.uint8]:
    return made_scene(*request.param)


def assert_close_to_small_and_truth(full: NDArray[np.uint8], look: Look, near: float, truth: float) -> None:
    exact = full.astype(np.float32) / 255
    small = quarter(exact)
    result = transferred(full, small, look(small))
    assert psnr(quarter(result), look(small)) >= near
    assert delta_e(quarter(result), look(small)) <= 0.5
    assert psnr(result, look(exact)) >= truth
    assert reversals(exact, result) <= 0.5


def test_local_edit_is_transferred(scene: NDArray[np.uint8]) -> None:
    assert_close_to_small_and_truth(scene, clahe(quarter(scene.astype(np.float32) / 255)), near=43, truth=39)


def test_smooth_edit_is_transferred(scene: NDArray[np.uint8]) -> None:
    assert_close_to_small_and_truth(scene, analytic, near=52, truth=52)


def test_generator_edit_is_transferred(scene: NDArray[np.uint8]) -> None:
    exact = scene.astype(np.float32) / 255
    small = quarter(exact)
    edited = by_generator(small)
    result = transferred(scene, small, edited)
    assert psnr(small, edited) < 45, "the generator hardly does anything"
    assert psnr(quarter(result), edited) >= 50
    assert delta_e(quarter(result), edited) <= 0.5
    assert reversals(exact, result) <= 0.5


REAL = (
    "elementary__Broto.jpg",
    "elementary__Croatia.jpg",
    "jolla.jpg",
    "Landscape_5.jpg",
    "Portrait_3.jpg",
    "45-gps_ifd.jpg",
)


@pytest.fixture
def real_photos(shared_data: Path) -> list[NDArray[np.uint8]]:
    """Photos large enough that a quarter of their size is the working size."""
    return [reduced(next(shared_data.rglob(name)), 2048) for name in REAL]


@pytest.mark.slow
def test_edits_are_transferred_on_real_photos(real_photos: list[NDArray[np.uint8]]) -> None:
    near: dict[str, list[float]] = {"clahe": [], "analytic": [], "generator": []}
    truth: dict[str, list[float]] = {"clahe": [], "analytic": []}
    colour, turned = [], []
    for full in real_photos:
        exact = full.astype(np.float32) / 255
        small = quarter(exact)
        for name, look in (("clahe", clahe(small)), ("analytic", analytic), ("generator", by_generator)):
            edited = look(small)
            result = transferred(full, small, edited)
            near[name].append(psnr(quarter(result), edited))
            colour.append(delta_e(quarter(result), edited))
            turned.append(reversals(exact, result))
            if name in truth:
                truth[name].append(psnr(result, look(exact)))
    assert mean(near["clahe"]) >= 43
    assert mean(near["generator"]) >= 50
    assert mean(truth["clahe"]) >= 39
    assert mean(truth["analytic"]) >= 52
    assert mean(colour) <= 0.5
    assert mean(turned) <= 0.5


def test_no_edit_is_exactly_nothing() -> None:
    photo = planar(made_scene(112, 160))
    grid = fit(photo, torch.zeros_like(photo))
    assert not grid.vertices.any() and not grid.residual.any()


def test_same_pair_gives_same_grid() -> None:
    photo = planar(made_scene(112, 160))
    torch.manual_seed(1)
    one = fit(photo, photo.square() - photo)
    torch.manual_seed(2)
    two = fit(photo, photo.square() - photo)
    assert torch.equal(one.vertices, two.vertices) and torch.equal(one.residual, two.residual)


def test_fitting_leaves_the_random_state_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit(planar(made_scene(48, 64)), torch.zeros(3, 48, 64))
    assert torch.equal(torch.rand(3), expected)


def test_affine_edit_needs_no_residual() -> None:
    photo = planar(made_scene(112, 160))
    grid = fit(photo, 0.1 - 0.2 * photo)
    assert grid.residual.abs().max() < 1e-3


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 500), (17, 33)])
def test_any_size_can_be_fitted(size: tuple[int, int]) -> None:
    photo = planar(made_scene(*size))
    grid = fit(photo, 0.25 - photo / 2)
    result = grid.apply((photo * 255).round().to(torch.uint8))
    expected = (photo / 2 + 0.25) * 255
    assert (result - expected).abs().max() <= 0.51


def test_cells_are_square_and_32_along_the_longer_side() -> None:
    grid: EditGrid = fit(torch.rand(3, 512, 384), torch.zeros(3, 512, 384))
    assert grid.vertices.shape == (33, 25, 3, 32)
