from __future__ import annotations

from pathlib import Path

import torch

from uegan_cli.look_fitting.content import deepest_descriptor, describe_content, equalise_histogram
from uegan_cli.losses.vgg_weights import load_features
from uegan_cli.training.data import load_photos


def test_equalised_photos_do_not_depend_on_exposure() -> None:
    grey = torch.rand(1, 1, 20, 20)
    assert torch.allclose(equalise_histogram(grey), equalise_histogram(grey**2 * 0.5 + 0.1))
    assert equalise_histogram(grey).min() == 0 and equalise_histogram(grey).max() == 1


def test_photos_are_recognised_at_another_exposure_and_colour(raw_photos: list[Path], vgg16_file: Path) -> None:
    features = load_features(vgg16_file)
    photos = list(load_photos(raw_photos[:90:10], 192).values())
    darker = [(p.float() * torch.tensor([0.5, 0.7, 0.8]).view(3, 1, 1)).to(torch.uint8) for p in photos]
    for one, two in zip(describe_content(photos, features), describe_content(darker, features), strict=True):
        one, two = one - one.mean(dim=0), two - two.mean(dim=0)
        nearest = torch.cdist(one, two).argmin(dim=1)
        assert torch.equal(nearest, torch.arange(len(one)))


def test_without_features_there_is_the_layout_alone() -> None:
    content = describe_content([torch.randint(0, 256, (3, 64, 96), dtype=torch.uint8)] * 2, None)
    (layout,) = content
    assert len(layout) == 2 and torch.equal(layout[0], layout[1])
    assert deepest_descriptor(content) == (layout,)


def test_the_deepest_descriptor_is_that_of_the_features() -> None:
    assert deepest_descriptor((torch.zeros(2, 3), torch.ones(2, 4)))[0].tolist() == [[1] * 4] * 2
