"""The report on two folders finds duplicates, pairs, grey photos and folders that are too much alike."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from uegan_cli.errors import DataSetError
from uegan_cli.training.data import load_photos
from uegan_cli.training.data_set_report import DataSetReport, report_data_set

Photos = dict[Path, torch.Tensor | str]
Copy = Callable[[torch.Tensor], torch.Tensor]


def scenes(count: int, seed: int, name: str = "photo") -> Photos:
    """Soft random pictures, each with an exposure of its own."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 6, 8, generator=rng)
    smooth = torch.nn.functional.interpolate(coarse, (120, 160), mode="bicubic").clamp(0, 1)
    exposures = 0.4 + 0.6 * torch.rand(count, 1, 1, 1, generator=rng)
    pictures = smooth.mul(exposures).mul(255).byte()
    return {Path(f"{name}{number:03}"): picture for number, picture in enumerate(pictures)}


def recompressed(photo: torch.Tensor, quality: int = 80) -> torch.Tensor:
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


def report(liked: Photos | None = None, raw: Photos | None = None) -> DataSetReport:
    """The report on twelve scenes in each folder, and the photos that are given."""
    return report_data_set(
        {**scenes(12, 0, "liked"), **(liked or {})}, {**scenes(12, 1, "raw"), **(raw or {})}, crop_side=96
    )


def test_unreadable_and_small_photos_are_skipped() -> None:
    found = report({Path("broken"): "broken: no photo", Path("tiny"): torch.zeros(3, 90, 300, dtype=torch.uint8)})
    assert found.liked.unreadable == {Path("broken"): "broken: no photo"}
    assert found.liked.too_small == [Path("tiny")]
    assert len(found.liked.photos) == 12
    assert found.liked.skipped == "1 unreadable, 1 too small"
    assert found.raw.skipped == ""


@pytest.mark.parametrize("copy", [torch.clone, recompressed, edited, lambda photo: photo[:, 2:-2, 2:-2]])
def test_the_first_photo_of_a_picture_is_kept_and_its_duplicates_are_skipped(copy: Copy) -> None:
    original = first(scenes(12, 0))
    found = report({Path("x-copy"): copy(original), Path("y-copy"): copy(original)})
    assert found.liked.duplicates == {Path("x-copy"): Path("liked000"), Path("y-copy"): Path("liked000")}
    assert found.liked.skipped == "2 duplicates"
    assert [*found.liked.photos] == [*scenes(12, 0, "liked")]


@pytest.mark.parametrize("copy", [torch.clone, recompressed])
def test_a_raw_photo_that_is_liked_unedited_is_skipped(copy: Copy) -> None:
    found = report(raw={Path("same"): copy(first(scenes(12, 0)))})
    assert found.raw.also_liked == {Path("same"): Path("liked000")}
    assert Path("same") not in found.raw.photos and Path("liked000") in found.liked.photos
    assert found.pairs == {}


def test_a_raw_photo_that_is_liked_in_an_edited_version_is_a_pair_and_is_used() -> None:
    before = scenes(12, 5, "before")
    found = report({Path("after"): edited(first(before))}, before)
    assert found.pairs == {Path("before000"): Path("after")}
    assert Path("before000") in found.raw.photos and not found.raw.also_liked


def test_black_and_white_photos_are_counted_and_toned_ones_are_not() -> None:
    grey = {path: torch.stack([photo[0]] * 3) for path, photo in scenes(4, 7, "grey").items()}
    sepia = {Path("sepia"): (grey[Path("grey000")] * torch.tensor([1.0, 0.8, 0.6]).view(3, 1, 1)).byte()}
    assert report({**grey, **scenes(1, 8, "colour")}).liked.grey == 4
    assert report(sepia).liked.grey == 0


def test_the_spread_of_brightness_is_measured() -> None:
    flat = {path: photo // 4 + 96 for path, photo in scenes(12, 0, "liked").items() if isinstance(photo, torch.Tensor)}
    flat_spread = report_data_set(flat, scenes(12, 1, "raw"), 96).liked.brightness_spread
    assert flat_spread < 8 < 20 < report().raw.brightness_spread


def test_two_samples_of_the_same_photos_are_too_alike_and_another_look_is_not() -> None:
    liked, raw = scenes(40, 2, "liked"), scenes(40, 3, "raw")
    assert report_data_set(liked, raw, 96).too_alike
    bright = {path: edited(photo) for path, photo in liked.items() if isinstance(photo, torch.Tensor)}
    found = report_data_set(bright, raw, 96)
    assert not found.too_alike and found.gap > found.chance_gap


def test_pairs_show_a_difference_however_small() -> None:
    raw = scenes(12, 1, "raw")
    slightly = {path: (photo * 0.95).byte() for path, photo in raw.items() if isinstance(photo, torch.Tensor)}
    found = report_data_set(slightly, raw, 96)
    assert len(found.pairs) == 12 and found.gap <= found.chance_gap and not found.too_alike


def test_the_same_folder_twice_is_refused() -> None:
    message = r"--raw: 0 usable photos \(12 also in --liked\); .*; give a folder with other photos than the liked ones"
    with pytest.raises(DataSetError, match=message):
        report_data_set(scenes(12, 0), scenes(12, 0), 96).require_enough()


def test_ten_photos_in_each_folder_are_enough_and_nine_are_not() -> None:
    report_data_set(scenes(10, 0, "liked"), scenes(10, 1, "raw"), 96).require_enough()
    nine: Photos = {**scenes(9, 0, "liked"), Path("broken"): "broken"}
    with pytest.raises(DataSetError, match=r"--liked: 9 usable photos \(1 unreadable\); .* at least 10"):
        report_data_set(nine, scenes(10, 1, "raw"), 96).require_enough()
    with pytest.raises(DataSetError, match="--raw: 1 usable photo; "):
        report_data_set(scenes(10, 0, "liked"), scenes(1, 1, "raw"), 96).require_enough()


def test_an_empty_folder_is_refused() -> None:
    with pytest.raises(DataSetError, match="--liked: 0 usable photos; "):
        report_data_set({}, scenes(10, 1, "raw"), 96).require_enough()


def test_real_photos_and_their_retouched_versions_are_pairs_and_different_photos_are_not(shared_data: Path) -> None:
    """13 photos are paired with the expert's version of each; among 200 others there are no pairs or duplicates."""
    raw, label = (load_photos(sorted((shared_data / "fivek" / side).glob("*.png")), 192) for side in ("raw", "label"))
    found = report_data_set(label, raw, 128)
    assert {before.name: after.name for before, after in found.pairs.items()} == {path.name: path.name for path in raw}
    others = [load_photos(sorted((shared_data / side).glob("*.jpg"))[:100], 128) for side in ("liked", "raw")]
    found = report_data_set(*others, 128)
    assert not (found.pairs or found.liked.duplicates or found.raw.duplicates or found.raw.also_liked)
