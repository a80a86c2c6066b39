"""Training photos are decoded at training size, and their crops are a reproducible stream."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from uegan_cli.training.data import MIN_SHARE_OF_SIDE, Crops, hold_out, load_photos, nearly_whole_crop, square_crop


def plain_photos(count: int = 5) -> list[torch.Tensor]:
    """Photos of one level each, so that a crop shows which photo it is from."""
    return [torch.full((3, 120, 150), 40 * i, dtype=torch.uint8) for i in range(count)]


def noise_photos(count: int) -> list[torch.Tensor]:
    return [torch.randint(0, 256, (3, 130, 140), dtype=torch.uint8) for _ in range(count)]


def test_crops_are_square_floats_in_range_channels_last() -> None:
    batch = Crops(plain_photos(), 96, 0).batch(4)
    assert batch.shape == (4, 3, 96, 96) and batch.dtype == torch.float32
    assert batch.is_contiguous(memory_format=torch.channels_last)
    assert batch.min() >= -1 and batch.max() <= 1


def test_every_photo_comes_once_before_any_comes_again() -> None:
    crops = Crops(plain_photos(), 96, 3)
    seen = [round(float((crop.mean() + 1) * 127.5)) // 40 for crop in crops.batch(10)]
    assert sorted(seen[:5]) == sorted(seen[5:]) == [0, 1, 2, 3, 4]


def test_crops_depend_on_the_seed_alone() -> None:
    noise = noise_photos(3)
    assert torch.equal(Crops(noise, 96, 1).batch(6), Crops(noise, 96, 1).batch(6))
    assert not torch.equal(Crops(noise, 96, 1).batch(6), Crops(noise, 96, 2).batch(6))


def test_restored_crops_continue_where_they_were() -> None:
    noise = noise_photos(4)
    crops = Crops(noise, 96, 0)
    crops.batch(3)
    state, expected = crops.state_dict(), crops.batch(5)
    again = Crops(noise, 96, 99)
    again.load_state_dict(state)
    assert torch.equal(again.batch(5), expected)


@pytest.mark.parametrize("shape", [(3, 60, 200), (3, 96, 96), (3, 300, 97)])
def test_small_and_long_photos_have_crops_too(shape: tuple[int, int, int]) -> None:
    assert Crops([torch.zeros(shape, dtype=torch.uint8)], 96, 0).batch(3).shape == (3, 3, 96, 96)


def test_square_crops_lie_between_the_crop_size_and_the_short_side() -> None:
    photo = torch.zeros(3, 120, 150)
    assert [square_crop(photo, 96, scale) for scale in (0.0, 0.5, 1.0)] == [(96, 96), (108, 108), (120, 120)]


def test_nearly_whole_crops_keep_most_of_both_sides() -> None:
    photo = torch.zeros(3, 120, 160)
    assert nearly_whole_crop(photo, 96, 0) == (MIN_SHARE_OF_SIDE * 120, MIN_SHARE_OF_SIDE * 160)
    assert nearly_whole_crop(photo, 96, 1) == (120, 160)


def test_photos_are_reduced_never_enlarged_and_unreadable_ones_come_with_a_message(tmp_path: Path) -> None:
    for name, size in (("large", (400, 300)), ("small", (50, 40))):
        Image.new("RGB", size, (200, 10, 10)).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    broken, large, small = load_photos(sorted(tmp_path.iterdir()), 100).values()
    assert isinstance(broken, str) and str(tmp_path / "broken.jpg") in broken
    assert isinstance(large, torch.Tensor) and large.shape == (3, 100, 133)
    assert isinstance(small, torch.Tensor) and small.shape == (3, 40, 50)


def test_a_fifth_of_the_photos_or_fifty_are_held_out_and_never_trained_on() -> None:
    photos = list(range(280))
    trained_on, held_out = hold_out(photos, 50)
    assert 45 <= len(held_out) <= 50 and sorted(trained_on + held_out) == photos
    assert hold_out(photos[:11], 50) == ([1, 2, 3, 4, 6, 7, 8, 9], [0, 5, 10])
