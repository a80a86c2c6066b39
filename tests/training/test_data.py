from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from uegan_cli.training.data import Crops, hold_out, load_photos


def photos(count: int = 5) -> list[torch.Tensor]:
    """Photos of one colour each, so that a crop tells which it is from."""
    return [torch.full((3, 120, 150), 40 * i, dtype=torch.uint8) for i in range(count)]


def test_crops_are_square_floats_in_range_channels_last() -> None:
    batch = Crops(photos(), 96, 0).batch(4)
    assert batch.shape == (4, 3, 96, 96) and batch.dtype == torch.float32
    assert batch.is_contiguous(memory_format=torch.channels_last)
    assert batch.min() >= -1 and batch.max() <= 1


def test_every_photo_comes_once_before_any_comes_again() -> None:
    crops = Crops(photos(), 96, 3)
    seen = [round(float((crop.mean() + 1) * 127.5)) // 40 for crop in crops.batch(10)]
    assert sorted(seen[:5]) == sorted(seen[5:]) == [0, 1, 2, 3, 4]


def test_the_same_seed_gives_the_same_crops_and_another_does_not() -> None:
    noise = [torch.randint(0, 256, (3, 130, 140), dtype=torch.uint8) for _ in range(3)]
    assert torch.equal(Crops(noise, 96, 1).batch(6), Crops(noise, 96, 1).batch(6))
    assert not torch.equal(Crops(noise, 96, 1).batch(6), Crops(noise, 96, 2).batch(6))


def test_restored_crops_go_on_where_they_were() -> None:
    noise = [torch.randint(0, 256, (3, 130, 140), dtype=torch.uint8) for _ in range(4)]
    crops = Crops(noise, 96, 0)
    crops.batch(3)
    state, expected = crops.state_dict(), crops.batch(5)
    again = Crops(noise, 96, 99)
    again.load_state_dict(state)
    assert torch.equal(again.batch(5), expected)


@pytest.mark.parametrize("shape", [(3, 60, 200), (3, 96, 96), (3, 300, 97)])
def test_small_and_long_photos_give_crops_too(shape: tuple[int, int, int]) -> None:
    assert Crops([torch.zeros(shape, dtype=torch.uint8)], 96, 0).batch(3).shape == (3, 3, 96, 96)


def test_photos_are_reduced_never_enlarged_and_broken_ones_say_why(tmp_path: Path) -> None:
    for name, size in (("large", (400, 300)), ("small", (50, 40))):
        Image.new("RGB", size, (200, 10, 10)).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    broken, large, small = load_photos(sorted(tmp_path.iterdir()), 100).values()
    assert isinstance(broken, str) and str(tmp_path / "broken.jpg") in broken
    assert isinstance(large, torch.Tensor) and large.shape == (3, 100, 133)
    assert isinstance(small, torch.Tensor) and small.shape == (3, 40, 50)


def test_held_out_photos_are_a_fifth_or_fifty_and_never_learnt_from() -> None:
    photos = list(range(280))
    learn, held = hold_out(photos, 50)
    assert 45 <= len(held) <= 50 and sorted(learn + held) == photos
    assert hold_out(photos[:11], 50) == ([1, 2, 3, 4, 6, 7, 8, 9], [0, 5, 10])
