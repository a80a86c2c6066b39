from __future__ import annotations

import pytest
import torch
from torch import Tensor

from uegan_cli.look.exposure_balance import MAX_STOPS, ExposureBalance, channel_stops, expose, measure_balance
from uegan_cli.look.srgb import to_srgb


def scenes(count: int = 3) -> Tensor:
    rng = torch.Generator().manual_seed(0)
    blocks = torch.rand(count, 3, 6, 8, generator=rng) * 0.8 - 0.7
    return blocks.repeat_interleave(40, dim=2).repeat_interleave(40, dim=3)


def of(x: Tensor) -> Tensor:
    return measure_balance(x.flatten(2).transpose(1, 2))


def evening(pull: float, middle: Tensor) -> ExposureBalance:
    layer = ExposureBalance()
    layer.load_state_dict({"pull": pull * torch.eye(3), "middle": middle})
    return layer.requires_grad_(False)


def test_it_starts_as_the_identity() -> None:
    x = scenes()
    assert ExposureBalance()(x) is x


def test_a_change_of_levels_is_what_is_measured_after_it() -> None:
    change = torch.tensor([[0.3, 0.2, -0.1], [-0.5, -0.2, 0.05], [0.0, 0.1, 0.2]])
    assert torch.allclose(of(expose(scenes(), channel_stops(change))), of(scenes()) + change, atol=0.02)


def test_each_photo_is_moved_by_its_own_way_to_the_middle() -> None:
    middle = of(scenes()).mean(dim=0)
    moved = of(evening(-0.75, middle)(scenes()))
    assert torch.allclose(moved, middle + 0.25 * (of(scenes()) - middle), atol=0.02)


@pytest.mark.parametrize("scale", [1, 3])
def test_a_photo_is_changed_alike_at_any_size(scale: int) -> None:
    layer, small = evening(-0.75, torch.tensor([-1.0, 0.0, 0.0])), scenes()
    large = small.repeat_interleave(scale, dim=2).repeat_interleave(scale, dim=3)
    assert torch.allclose(layer.stops(large), layer.stops(small), atol=1e-4)


def test_a_night_stays_one() -> None:
    night = scenes() * 0.02 - 0.95
    assert (of(evening(-1.0, torch.zeros(3))(night)) - of(night))[:, 0].max() < MAX_STOPS + 0.1


@pytest.mark.parametrize(("gains", "change"), [((2, 2, 2), (1, 0, 0)), ((2, 1, 1), (0.299, 1, -0.5))])
def test_a_balance_is_measured_in_stops(gains: tuple[float, ...], change: tuple[float, ...]) -> None:
    """Linear light of 0.1 and of twice that, in all channels or in one."""
    light = torch.full((1, 8, 3), 0.1)
    balances = [measure_balance(to_srgb(x) * 2 - 1) for x in (light, light * torch.tensor(gains))]
    assert torch.allclose(balances[1] - balances[0], torch.tensor([change]).float(), atol=1e-3)
