from __future__ import annotations

import pytest
import torch

from uegan_cli.look.exposure_balance import measure_balance
from uegan_cli.look.srgb import to_srgb
from uegan_cli.look_fitting.statistics import PIXELS, bands, colours_of, photo_weights, statistics


def test_a_photo_is_some_of_its_colours() -> None:
    photo = torch.zeros(3, 96, 128, dtype=torch.uint8)
    photo[0] = 255
    colours = colours_of([photo, photo], torch.Generator().manual_seed(0))
    assert colours.shape == (2, PIXELS, 3)
    assert colours[0, 0].tolist() == [1, -1, -1]


def test_where_a_colour_lies_does_not_matter() -> None:
    colours = torch.rand(2, PIXELS, 3) * 2 - 1
    assert torch.allclose(statistics(colours), statistics(colours[:, torch.randperm(PIXELS)]), atol=1e-4)


def test_statistics_can_be_learnt_from() -> None:
    colours = (torch.rand(2, PIXELS, 3) * 2 - 1).requires_grad_()
    statistics(colours).sum().backward()
    assert colours.grad is not None and colours.grad.isfinite().all()


@pytest.mark.parametrize(("gains", "change"), [((2, 2, 2), (1, 0, 0)), ((2, 1, 1), (0.299, 1, -0.5))])
def test_levels_are_stops(gains: tuple[float, ...], change: tuple[float, ...]) -> None:
    """Linear light of 0.1 and of twice that, in all channels or in one."""
    light = torch.full((1, 8, 3), 0.1)
    found = [measure_balance(to_srgb(x) * 2 - 1) for x in (light, light * torch.tensor(gains))]
    assert torch.allclose(found[1] - found[0], torch.tensor([change]).float(), atol=1e-3)


def test_odd_photos_count_for_less() -> None:
    rows = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
    rows[7] = 12
    weights = photo_weights(rows)
    assert weights.sum() == pytest.approx(1)
    assert weights.argmin() == 7 and weights[7] < 0.5 * weights.median()


def test_bands_know_fine_detail_from_coarse() -> None:
    fine = torch.zeros(3, 192, 192, dtype=torch.uint8)
    fine[:, :, ::2] = 200
    coarse = torch.zeros(3, 192, 192, dtype=torch.uint8)
    coarse[:, :, (torch.arange(192) // 12) % 2 == 0] = 200
    found = bands([fine, coarse])
    assert found[0, 0] > found[1, 0] and found[0, 3] < found[1, 3]
