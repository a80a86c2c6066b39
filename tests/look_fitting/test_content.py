from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from uegan_cli.look_fitting.content import described, equalise, even, explain, small
from uegan_cli.losses.vgg_weights import load_features
from uegan_cli.training.data import load_photos


def test_small_photos_have_a_short_side_and_multiples_of_the_stride() -> None:
    assert small(torch.zeros(3, 1000, 1500, dtype=torch.uint8)).shape == (1, 3, 192, 288)
    assert small(torch.zeros(3, 100, 60, dtype=torch.uint8)).shape == (1, 3, 96, 64)


def test_equalised_grey_does_not_know_the_exposure() -> None:
    grey = torch.rand(1, 1, 20, 20)
    assert torch.allclose(equalise(grey), equalise(grey**2 * 0.5 + 0.1))
    assert equalise(grey).min() == 0 and equalise(grey).max() == 1


def test_content_is_the_same_thing_in_another_exposure_and_colour(raw_photos: list[Path], vgg16_file: Path) -> None:
    features = load_features(vgg16_file)
    photos = list(load_photos(raw_photos[:90:10], 192).values())
    darker = [(p.float() * torch.tensor([0.5, 0.7, 0.8]).view(3, 1, 1)).to(torch.uint8) for p in photos]
    for one, two in zip(described(photos, features), described(darker, features), strict=True):
        one, two = one - one.mean(dim=0), two - two.mean(dim=0)
        nearest = torch.cdist(one, two).argmin(dim=1)
        assert torch.equal(nearest, torch.arange(len(one)))


def test_without_features_there_is_the_layout_alone() -> None:
    (layout,) = described([torch.randint(0, 256, (3, 64, 96), dtype=torch.uint8)] * 2, None)
    assert len(layout) == 2 and torch.equal(layout[0], layout[1])


def folders(difference: Tensor, n: int = 120) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Two sets whose content differs in the mean, and statistics that follow it; `difference` is the look's."""
    rng = torch.Generator().manual_seed(0)
    effect = torch.randn(6, 4, generator=rng)
    one, two = torch.randn(n, 6, generator=rng), torch.randn(n, 6, generator=rng) + 1.0
    rows = [c @ effect + 0.3 * torch.randn(n, 4, generator=rng) for c in (one, two)]
    return (one, two), (rows[0], rows[1] + difference)


def test_what_the_content_makes_of_a_difference_is_foretold_and_the_look_is_not() -> None:
    look = torch.tensor([2.0, -1.0, 0.0, 0.5])
    content, rows = folders(look)
    explained = explain(((content[0],), (content[1],)), rows, (even(rows[0]), even(rows[1])))
    seen = rows[1].mean(dim=0) - rows[0].mean(dim=0)
    assert (seen - look).abs().max() > 1
    assert (seen + explained.difference - look).abs().max() < 0.35
    assert [len(left) for left in explained.left] == [120, 120]
    assert torch.cat(explained.left).std() < 0.5 * rows[0].std()


def test_content_that_says_nothing_explains_nothing() -> None:
    _, rows = folders(torch.ones(4))
    rng = torch.Generator().manual_seed(1)
    content = (torch.randn(120, 6, generator=rng),), (torch.randn(120, 6, generator=rng),)
    explained = explain(content, rows, (even(rows[0]), even(rows[1])))
    assert explained.difference.abs().max() < 0.2 * (rows[1].mean(dim=0) - rows[0].mean(dim=0)).abs().max()


def test_the_further_apart_the_folders_the_more_doubt() -> None:
    content, rows = folders(torch.zeros(4))

    def doubt(further: float) -> float:
        return explain(((content[0],), (content[1] + further,)), rows, (even(rows[0]), even(rows[1]))).doubt

    assert doubt(-1.0) < doubt(0.0) < doubt(3.0)


@pytest.mark.parametrize("count", [2, 10])
def test_alike_photos_do_not_break_it(count: int) -> None:
    rows = torch.ones(count, 3), torch.ones(count, 3) * 2
    content = ((torch.ones(count, 5),), (torch.ones(count, 5),))
    assert explain(content, rows, (even(rows[0]), even(rows[1]))).difference.abs().max() == 0
