"""What two folders of photos are worth as training data, found out before the first step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import imagehash
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from ..errors import DataSetError
from ..look.srgb import luma

MIN_PHOTOS = 10
"""In a folder; from fewer no style is learnt."""

HASH_MAX_BITS_APART = 10
"""Bits of 64 by which perceptual hashes of one picture, edited or not, may differ; of two pictures, at least 14 do."""

SAME_MAX_DIFFERENCE = 2.0
"""Mean difference of colours, in levels of 255, between a photo and a recompressed copy."""

GREY_MAX_CHROMA = 8.0
"""Largest difference between the channels of a black and white photo, anywhere in it, in levels of 255."""

THUMBNAIL_SIDE = 64
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
RANDOM_SPLITS = 200

LoadedPhotos = Mapping[Path, Tensor | str]
"""The photos of a folder as 3 x H x W uint8, or the message why one cannot be read."""

PhotoMatches = Mapping[Path, Path]
"""Photos, and for each the photo that shows the same picture."""

Hashes = NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True)
class FolderReport:
    """The photos of one folder, usable and skipped.

    photos: to learn from (3 x H x W uint8), each picture once. unreadable: with the message for each. too_small:
    smaller than a crop. duplicates: with the photo that is kept instead. also_liked: raw photos that are in the liked
    folder, unedited. grey: how many of `photos` are black and white. brightness_spread: standard deviation of the
    median luma of `photos`, in levels of 255.
    """

    photos: Mapping[Path, Tensor]
    unreadable: Mapping[Path, str]
    too_small: Sequence[Path]
    duplicates: PhotoMatches
    also_liked: PhotoMatches
    grey: int
    brightness_spread: float

    @property
    def skipped(self) -> str:
        """How many photos are skipped for which reasons, as a phrase; empty if none are."""
        counts = [
            (len(self.unreadable), "unreadable"),
            (len(self.too_small), "too small"),
            (len(self.duplicates), "duplicates" if len(self.duplicates) > 1 else "duplicate"),
            (len(self.also_liked), "also in --liked"),
        ]
        return ", ".join(f"{count} {reason}" for count, reason in counts if count)


@dataclass(frozen=True)
class DataSetReport:
    """Both folders, and how they compare.

    pairs: raw photos of which an edited version is liked. gap: mean difference between the folders in tone and colour,
    in levels of 255. chance_gap: the 95th percentile of `gap` over random divisions of all photos into two folders.
    """

    liked: FolderReport
    raw: FolderReport
    pairs: PhotoMatches
    gap: float
    chance_gap: float

    @property
    def too_alike(self) -> bool:
        """Whether the folders differ no more than by chance. Enough pairs show a difference however small."""
        return self.gap <= self.chance_gap and len(self.pairs) < MIN_PHOTOS

    def require_enough(self) -> None:
        """Check that both folders have MIN_PHOTOS usable photos. Raises DataSetError."""
        for name, folder in (("liked", self.liked), ("raw", self.raw)):
            if len(folder.photos) < MIN_PHOTOS:
                raise DataSetError(
                    f"--{name}: {len(folder.photos)} usable photo{'s' * (len(folder.photos) != 1)}"
                    + f" ({folder.skipped})" * bool(folder.skipped)
                    + f"; a style needs at least {MIN_PHOTOS}, and 100 or more make a better one"
                    + "; give a folder with other photos than the liked ones" * bool(folder.also_liked)
                )


def report_data_set(liked: LoadedPhotos, raw: LoadedPhotos, crop_side: int) -> DataSetReport:
    """Compare two folders of photos that are to be cropped to `crop_side` pixels."""
    liked_thumbs, raw_thumbs = _thumbnails(liked, crop_side), _thumbnails(raw, crop_side)
    liked_duplicates, raw_duplicates = _find_duplicates(liked_thumbs), _find_duplicates(raw_thumbs)
    liked_thumbs, raw_thumbs = _without(liked_thumbs, liked_duplicates), _without(raw_thumbs, raw_duplicates)
    matches = _find_matches(raw_thumbs, liked_thumbs)
    also_liked = {one: two for one, two in matches.items() if _is_unedited(raw_thumbs[one], liked_thumbs[two])}
    raw_thumbs = _without(raw_thumbs, also_liked)
    return DataSetReport(
        _report_folder(liked, crop_side, liked_thumbs, liked_duplicates, {}),
        _report_folder(raw, crop_side, raw_thumbs, raw_duplicates, also_liked),
        _without(matches, also_liked),
        *_compare(_describe(liked_thumbs), _describe(raw_thumbs)),
    )


@dataclass(frozen=True)
class _Thumbnail:
    """A photo reduced to a square. colours: 3 x THUMBNAIL_SIDE x THUMBNAIL_SIDE, in levels of 255. hash: 64 bits."""

    colours: Tensor
    hash: Hashes


def _thumbnails(folder: LoadedPhotos, crop_side: int) -> dict[Path, _Thumbnail]:
    """Return thumbnails of the photos that are readable and large enough."""
    return {
        path: _thumbnail(photo)
        for path, photo in folder.items()
        if isinstance(photo, Tensor) and not _is_small(photo, crop_side)
    }


def _thumbnail(photo: Tensor) -> _Thumbnail:
    colours = F.interpolate(photo[None].float(), (THUMBNAIL_SIDE, THUMBNAIL_SIDE), mode="area")[0]
    image = Image.fromarray(colours.round().byte().permute(1, 2, 0).numpy())
    # Equalised, so that the hash is the same after an edit of the tones.
    return _Thumbnail(colours, imagehash.phash(ImageOps.equalize(image.convert("L"))).hash.flatten())


def _is_small(photo: Tensor, crop_side: int) -> bool:
    return min(photo.shape[1:]) < crop_side


def _find_duplicates(thumbs: Mapping[Path, _Thumbnail]) -> dict[Path, Path]:
    """Find photos of a picture that came before, each with the first photo of it."""
    paths, hashes = list(thumbs), _stack_hashes(thumbs)
    duplicates: dict[Path, Path] = {}
    for number, path in enumerate(paths):
        if path not in duplicates:
            apart = _bits_apart(hashes[number], hashes[number + 1 :])
            later = number + 1 + np.flatnonzero(apart <= HASH_MAX_BITS_APART)
            duplicates |= {paths[other]: path for other in later if paths[other] not in duplicates}
    return duplicates


def _find_matches(raw: Mapping[Path, _Thumbnail], liked: Mapping[Path, _Thumbnail]) -> dict[Path, Path]:
    """Find raw photos of a picture that is among the liked ones, each with the nearest liked photo."""
    paths, hashes, matches = list(liked), _stack_hashes(liked), {}
    for path, thumb in raw.items():
        apart = _bits_apart(thumb.hash, hashes)
        if apart.min(initial=64) <= HASH_MAX_BITS_APART:
            matches[path] = paths[apart.argmin()]
    return matches


def _stack_hashes(thumbs: Mapping[Path, _Thumbnail]) -> Hashes:
    return np.array([thumb.hash for thumb in thumbs.values()], bool).reshape(-1, 64)


def _bits_apart(hash: Hashes, hashes: Hashes) -> NDArray[np.int_]:
    """Return the Hamming distances of one hash from N others."""
    apart: NDArray[np.int_] = (hashes != hash).sum(axis=1)
    return apart


def _is_unedited(one: _Thumbnail, two: _Thumbnail) -> bool:
    return float((one.colours - two.colours).abs().mean()) <= SAME_MAX_DIFFERENCE


def _without(items: Mapping[Path, T], dropped: Mapping[Path, object]) -> dict[Path, T]:
    return {path: value for path, value in items.items() if path not in dropped}


def _report_folder(
    loaded: LoadedPhotos,
    crop_side: int,
    thumbs: Mapping[Path, _Thumbnail],
    duplicates: PhotoMatches,
    also_liked: PhotoMatches,
) -> FolderReport:
    photos = {path: photo for path, photo in loaded.items() if isinstance(photo, Tensor)}
    medians = _describe(thumbs)[:, len(QUANTILES) // 2]
    return FolderReport(
        photos={path: photos[path] for path in thumbs},
        unreadable={path: reason for path, reason in loaded.items() if isinstance(reason, str)},
        too_small=[path for path, photo in photos.items() if _is_small(photo, crop_side)],
        duplicates=duplicates,
        also_liked=also_liked,
        grey=sum(_is_grey(thumb.colours) for thumb in thumbs.values()),
        brightness_spread=float(medians.std()) if len(medians) > 1 else 0.0,
    )


def _is_grey(colours: Tensor) -> bool:
    return bool((colours.amax(dim=0) - colours.amin(dim=0)).max() <= GREY_MAX_CHROMA)


def _describe(thumbs: Mapping[Path, _Thumbnail]) -> Tensor:
    """Return for each photo the quantiles of its luma, its redness, blueness and chroma: N x 8, in levels of 255."""
    rows = [_describe_colours(thumb.colours) for thumb in thumbs.values()]
    return torch.stack(rows) if rows else torch.zeros(0, 8)


def _describe_colours(colours: Tensor) -> Tensor:
    red, green, blue = colours
    tones = torch.quantile(luma(colours[None]).flatten(), torch.tensor(QUANTILES))
    chroma = colours.amax(dim=0) - colours.amin(dim=0)
    return torch.cat([tones, torch.stack([(red - green).mean(), (blue - (red + green) / 2).mean(), chroma.mean()])])


def _compare(one: Tensor, two: Tensor) -> tuple[float, float]:
    """Return the mean difference of two sets, and its 95th percentile over random divisions of both into two sets."""
    if not (len(one) and len(two)):
        return 0.0, 0.0
    rng, both = torch.Generator().manual_seed(0), torch.cat([one, two])
    orders = torch.stack([torch.randperm(len(both), generator=rng) for _ in range(RANDOM_SPLITS)])
    splits = both[orders]
    gaps = (splits[:, : len(one)].mean(dim=1) - splits[:, len(one) :].mean(dim=1)).abs().mean(dim=1)
    return float((one.mean(dim=0) - two.mean(dim=0)).abs().mean()), float(gaps.quantile(0.95))
