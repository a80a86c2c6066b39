from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from uegan_cli.errors import DataSetError
from uegan_cli.training.data import load_photos
from uegan_cli.training.data_set_report import Verdict, check

Photos = dict[Path, torch.Tensor | str]


def scenes(count: int, seed: int, name: str = "photo") -> Photos:
    """Soft random pictures, each with an exposure of its own."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 6, 8, generator=rng)
    smooth = torch.nn.functional.interpolate(coarse, (120, 160), mode="bicubic").clamp(0, 1)
    exposures = 0.4 + 0.6 * torch.rand(count, 1, 1, 1, generator=rng)
    pictures = smooth.mul(exposures).mul(255).byte()
    return {Path(f"{name}{number:03}"): picture for number, picture in enumerate(pictures)}


def stored_again(photo: torch.Tensor, quality: int = 80) -> torch.Tensor:
    file = io.BytesIO()
    Image.fromarray(photo.permute(1, 2, 0).numpy()).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1)


def edited(photo: torch.Tensor) -> torch.Tensor:
    """Brighter, warmer, with more contrast."""
    tone = 255 * (photo / 255) ** torch.tensor([0.6, 0.7, 0.9]).view(3, 1, 1)
    return ((tone - 128) * 1.2 + 128).clamp(0, 255).byte()


def first(photos: Photos) -> torch.Tensor:
    photo = next(iter(photos.values()))
    assert isinstance(photo, torch.Tensor)
    return photo


def verdict(liked: Photos | None = None, raw: Photos | None = None) -> Verdict:
    return check({**scenes(12, 0, "liked"), **(liked or {})}, {**scenes(12, 1, "raw"), **(raw or {})}, 96)


def test_photos_that_cannot_be_read_or_are_too_small_are_left_out_by_name() -> None:
    found = verdict({Path("broken"): "broken: no photo", Path("tiny"): torch.zeros(3, 90, 300, dtype=torch.uint8)})
    assert found.liked.unreadable == {Path("broken"): "broken: no photo"}
    assert found.liked.small == [Path("tiny")]
    assert len(found.liked.photos) == 12
    assert found.liked.left_out == "1 unreadable, 1 too small"
    assert found.raw.left_out == ""


@pytest.mark.parametrize("again", [torch.clone, stored_again, edited, lambda photo: photo[:, 2:-2, 2:-2]])
def test_of_a_picture_that_is_there_more_than_once_the_first_stays(again) -> None:  # type: ignore[no-untyped-def]
    original = first(scenes(12, 0))
    found = verdict({Path("x-copy"): again(original), Path("y-copy"): again(original)})
    assert found.liked.copies == {Path("x-copy"): Path("liked000"), Path("y-copy"): Path("liked000")}
    assert [*found.liked.photos] == [*scenes(12, 0, "liked")]


@pytest.mark.parametrize("again", [torch.clone, stored_again])
def test_a_liked_photo_among_the_raw_ones_is_left_out_there(again) -> None:  # type: ignore[no-untyped-def]
    found = verdict(raw={Path("same"): again(first(scenes(12, 0)))})
    assert found.raw.doubles == {Path("same"): Path("liked000")}
    assert Path("same") not in found.raw.photos and Path("liked000") in found.liked.photos
    assert found.pairs == {}


def test_a_raw_photo_that_is_liked_in_an_edited_version_is_a_pair_and_stays() -> None:
    before = scenes(12, 5, "before")
    found = verdict({Path("after"): edited(first(before))}, before)
    assert found.pairs == {Path("before000"): Path("after")}
    assert Path("before000") in found.raw.photos and not found.raw.doubles


def test_black_and_white_photos_are_counted_and_toned_ones_are_not_among_them() -> None:
    grey = {path: torch.stack([photo[0]] * 3) for path, photo in scenes(4, 7, "grey").items()}
    sepia = {Path("sepia"): (grey[Path("grey000")] * torch.tensor([1.0, 0.8, 0.6]).view(3, 1, 1)).byte()}
    assert verdict({**grey, **scenes(1, 8, "colour")}).liked.grey == 4
    assert verdict(sepia).liked.grey == 0


def test_spread_is_how_differently_bright_the_photos_are() -> None:
    flat = {path: photo // 4 + 96 for path, photo in scenes(12, 0, "liked").items() if isinstance(photo, torch.Tensor)}
    assert check(flat, scenes(12, 1, "raw"), 96).liked.spread < 8 < 20 < verdict().raw.spread


def test_two_draws_of_one_kind_are_too_alike_and_another_look_is_not() -> None:
    liked, raw = scenes(40, 2, "liked"), scenes(40, 3, "raw")
    assert check(liked, raw, 96).too_alike
    bright = {path: edited(photo) for path, photo in liked.items() if isinstance(photo, torch.Tensor)}
    found = check(bright, raw, 96)
    assert not found.too_alike and found.gap > found.chance


def test_pairs_show_a_difference_however_small() -> None:
    raw = scenes(12, 1, "raw")
    slightly = {path: (photo * 0.95).byte() for path, photo in raw.items() if isinstance(photo, torch.Tensor)}
    found = check(slightly, raw, 96)
    assert len(found.pairs) == 12 and found.gap <= found.chance and not found.too_alike


def test_one_folder_on_both_sides_is_refused() -> None:
    said = r"--raw: 0 usable photos \(12 the same in --liked\); .*; name photos there that are not liked ones"
    with pytest.raises(DataSetError, match=said):
        check(scenes(12, 0), scenes(12, 0), 96).require_enough()


def test_ten_photos_a_side_are_enough_and_nine_are_not() -> None:
    check(scenes(10, 0, "liked"), scenes(10, 1, "raw"), 96).require_enough()
    nine: Photos = {**scenes(9, 0, "liked"), Path("broken"): "broken"}
    with pytest.raises(DataSetError, match=r"--liked: 9 usable photos \(1 unreadable\); .* at least 10"):
        check(nine, scenes(10, 1, "raw"), 96).require_enough()
    with pytest.raises(DataSetError, match="--raw: 1 usable photo; "):
        check(scenes(10, 0, "liked"), scenes(1, 1, "raw"), 96).require_enough()


def test_an_empty_side_is_refused_too() -> None:
    with pytest.raises(DataSetError, match="--liked: 0 usable photos; "):
        check({}, scenes(10, 1, "raw"), 96).require_enough()


def test_real_photos_and_their_retouched_versions_are_told_apart_from_others(shared_data: Path) -> None:
    """The expert's versions of 13 photos are pairs, each with its own; of 200 others none is taken for another."""
    raw, label = (load_photos(sorted((shared_data / "fivek" / side).glob("*.png")), 192) for side in ("raw", "label"))
    found = check(label, raw, 128)
    assert {before.name: after.name for before, after in found.pairs.items()} == {path.name: path.name for path in raw}
    others = [load_photos(sorted((shared_data / side).glob("*.jpg"))[:100], 128) for side in ("liked", "raw")]
    found = check(*others, 128)
    assert not (found.pairs or found.liked.copies or found.raw.copies or found.raw.doubles)
