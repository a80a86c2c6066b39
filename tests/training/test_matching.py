from __future__ import annotations

from pathlib import Path

import torch

from uegan_cli.losses.features import load_features
from uegan_cli.training.data import load_photos
from uegan_cli.training.matching import KINDS, MOST_PHOTOS, Patches, equalise, kinds, photo_patches, shares


def test_patches_cover_the_photo_at_matching_size() -> None:
    photos = [torch.zeros(3, 192, 256, dtype=torch.uint8), torch.full((3, 384, 384), 255, dtype=torch.uint8)]
    patches = photo_patches(photos, None)
    assert len(patches) == 12 * 16 + 12 * 12
    assert patches.colours.shape[1:] == (16, 3) and patches.content.shape[1] == 0
    assert patches.colours[patches.photo == 0].unique().tolist() == [-1]
    assert patches.colours[patches.photo == 1].unique().tolist() == [1]


def test_a_patch_keeps_the_colours_of_its_place() -> None:
    photo = torch.zeros(3, 192, 192, dtype=torch.uint8)
    photo[0, 16:32, 32:48] = 255
    red = photo_patches([photo], None).colours[:, :, 0]
    assert torch.nonzero((red > 0).all(dim=1)).flatten().tolist() == [1 * 12 + 2]


def test_equalised_grey_does_not_know_the_exposure() -> None:
    grey = torch.rand(1, 1, 20, 20)
    assert torch.allclose(equalise(grey), equalise(grey**2 * 0.5 + 0.1))
    assert equalise(grey).min() == 0 and equalise(grey).max() == 1


def test_shares_make_both_sets_show_the_same_things() -> None:
    one, two = torch.tensor([0] * 30 + [1] * 10 + [2] * 5), torch.tensor([0] * 10 + [1] * 40 + [3] * 5)
    weights = shares(one, two, torch.ones(45), torch.ones(55))
    sums = [torch.bincount(k, w, minlength=KINDS) for k, w in zip((one, two), weights, strict=True)]
    for kind in (0, 1):
        ratio = sums[0][kind] / sums[0][:2].sum() - sums[1][kind] / sums[1][:2].sum()
        assert abs(float(ratio)) < 1e-6
    assert sums[0][2] == 0 and sums[1][3] == 0, "what one set alone shows does not count"


def test_content_blind_patches_are_all_of_one_kind() -> None:
    blind = Patches(torch.zeros(7, 16, 3), torch.zeros(7, 0), torch.zeros(7))
    labels = kinds(blind, blind, torch.Generator())
    assert labels[0].tolist() == labels[1].tolist() == [0] * 7


def test_content_is_the_same_thing_in_another_exposure_and_colour(raw_photos: list[Path], vgg16_file: Path) -> None:
    features = load_features(vgg16_file)
    photos = list(load_photos(raw_photos[:60:20], 192).values())
    darker = [(p.float() * torch.tensor([0.5, 0.7, 0.8]).view(3, 1, 1)).to(torch.uint8) for p in photos]
    one, two = photo_patches(photos, features), photo_patches(darker, features)
    similarity = one.content @ two.content.T
    found = similarity.argmax(dim=1) == torch.arange(len(one))
    assert found.float().mean() > 0.8


def test_of_many_photos_some_are_described_and_numbered_as_they_were() -> None:
    photos = [torch.zeros(3, 16, 16, dtype=torch.uint8)] * (2 * MOST_PHOTOS + 5)
    described = photo_patches(photos, None)
    assert 50 < len(described.photo.unique()) <= MOST_PHOTOS
    assert described.photo.unique()[:3].tolist() == [0, 3, 6]
    assert described.first(2).photo.unique().tolist() == [0, 3]
