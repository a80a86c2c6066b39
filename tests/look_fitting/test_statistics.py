from __future__ import annotations

import torch

from uegan_cli.look_fitting.statistics import COLOURS_PER_PHOTO, colour_statistics, detail_by_size, sample_colours


def test_a_photo_is_a_sample_of_its_colours() -> None:
    photo = torch.zeros(3, 96, 128, dtype=torch.uint8)
    photo[0] = 255
    colours = sample_colours([photo, photo], torch.Generator().manual_seed(0))
    assert colours.shape == (2, COLOURS_PER_PHOTO, 3)
    assert colours[0, 0].tolist() == [1, -1, -1]


def test_positions_of_colours_do_not_matter() -> None:
    colours = torch.rand(2, COLOURS_PER_PHOTO, 3) * 2 - 1
    shuffled = colours[:, torch.randperm(COLOURS_PER_PHOTO)]
    assert torch.allclose(colour_statistics(colours), colour_statistics(shuffled), atol=1e-4)


def test_statistics_are_differentiable() -> None:
    colours = (torch.rand(2, COLOURS_PER_PHOTO, 3) * 2 - 1).requires_grad_()
    colour_statistics(colours).sum().backward()
    assert colours.grad is not None and colours.grad.isfinite().all()


def test_fine_detail_is_told_from_coarse() -> None:
    fine = torch.zeros(3, 192, 192, dtype=torch.uint8)
    fine[:, :, ::2] = 200
    coarse = torch.zeros(3, 192, 192, dtype=torch.uint8)
    coarse[:, :, (torch.arange(192) // 12) % 2 == 0] = 200
    found = detail_by_size([fine, coarse])
    assert found[0, 0] > found[1, 0] and found[0, 3] < found[1, 3]
