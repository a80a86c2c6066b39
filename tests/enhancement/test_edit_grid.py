"""Slicing: uint8 and uint16, in strips and threads, with bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from torch import Tensor

from uegan_cli.enhancement.edit_grid import EditGrid
from uegan_cli.enhancement.edit_grid_fit import fit

from .pictures import clahe, interleaved, made_scene, planar, quarter


@pytest.fixture(scope="module")
def scene() -> Tensor:
    return torch.tensor(made_scene(512, 768)).permute(2, 0, 1)


@pytest.fixture(scope="module")
def grid(scene: Tensor) -> EditGrid:
    small = quarter(interleaved(scene) / 255)
    return fit(planar(small), planar(clahe(small)(small) - small))


def levels_apart(a: Tensor, b: Tensor) -> int:
    return int((a.int() - b.int()).abs().max())


def test_identity_returns_every_level_of_every_channel_exactly() -> None:
    grid = EditGrid(torch.zeros(33, 33, 3, 32), torch.zeros(3, 64, 64), 2)
    ramp = torch.arange(256, dtype=torch.uint8).repeat(3 * 300).view(3, 300, 256)
    assert torch.equal(grid.apply(ramp), ramp)


def test_identity_returns_every_16_bit_level_exactly() -> None:
    grid = EditGrid(torch.zeros(33, 33, 3, 32), torch.zeros(3, 64, 64), 2)
    ramp = torch.tensor(np.arange(65536, dtype=np.uint16).reshape(1, 256, 256).repeat(3, axis=0))
    assert np.array_equal(grid.apply(ramp).numpy(), ramp.numpy())


@pytest.mark.parametrize("strip", [1, 7, 16, 512])
def test_strip_size_changes_nothing_by_more_than_a_level(scene: Tensor, grid: EditGrid, strip: int) -> None:
    assert levels_apart(grid.apply(scene, strip=strip), grid.apply(scene)) <= 1


def test_threads_change_nothing(scene: Tensor, grid: EditGrid) -> None:
    assert torch.equal(grid.apply(scene, threads=3), grid.apply(scene, threads=1))


def test_16_bit_result_agrees_with_8_bit(scene: Tensor, grid: EditGrid) -> None:
    wide = torch.tensor(scene.numpy().astype(np.uint16) * 257)
    assert np.abs(grid.apply(wide).numpy() / 257 - grid.apply(scene).numpy()).max() <= 0.51


def test_result_is_clipped_to_black_and_white() -> None:
    push = torch.ones(3, 16, 16) * torch.tensor([2.0, -2.0, 0.0])[:, None, None]
    result = EditGrid(torch.zeros(9, 9, 3, 32), push, 2).apply(torch.full((3, 64, 64), 100, dtype=torch.uint8))
    assert [int(channel.unique()) for channel in result] == [255, 0, 100]


def test_half_strength_is_half_the_edit(scene: Tensor, grid: EditGrid) -> None:
    whole = grid.apply(scene).float() - scene
    half = grid.scaled(0.5).apply(scene).float() - scene
    unclipped = (grid.apply(scene) > 0) & (grid.apply(scene) < 255)
    assert (half - whole / 2)[unclipped].abs().max() <= 1


def test_residual_is_upsampled_bilinearly() -> None:
    residual = torch.rand(3, 8, 12) / 2
    result = EditGrid(torch.zeros(5, 7, 3, 32), residual, 2).apply(torch.zeros(3, 40, 84, dtype=torch.uint8))
    expected = torch.nn.functional.interpolate(residual[None], (40, 84), mode="bilinear", align_corners=False)[0]
    assert (result - expected * 255).abs().max() <= 0.51


def test_thread_count_is_restored(scene: Tensor, grid: EditGrid) -> None:
    before = torch.get_num_threads()
    grid.apply(scene, threads=2)
    assert torch.get_num_threads() == before


def test_memory_layout_of_the_photo_is_kept(scene: Tensor, grid: EditGrid) -> None:
    assert grid.apply(scene).stride() == scene.stride()


def test_python_keeps_no_copy_of_the_photo(scene: Tensor, grid: EditGrid) -> None:
    tracemalloc.start()
    grid.apply(scene)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < scene.numel()
