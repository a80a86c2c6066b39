"""Whether two folders can teach a look: what is found out about their photos before the first step."""

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

FEWEST = 10
"""Photos a side, below which nothing is learnt."""

NEAR = 10
"""Bits of 64 in which the hashes of one picture differ at most, edited or not. Those of other pictures differ in 14."""

SAME = 2.0
"""Levels by which colours move, on average, when a photo is merely stored again."""

COLOURLESS = 8.0
"""Levels between the channels of a black and white photo, at most, anywhere in it."""

SIDE = 64
"""Pixels along a side of the thumbnails that are compared."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DRAWS = 200

Loaded = Mapping[Path, Tensor | str]
"""The photos of a side as 3 x H x W uint8, or the line that says why one cannot be read."""

Twins = Mapping[Path, Path]
Bits = NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True)
class Side:
    """What became of the photos of one side.

    photos: those to learn from (3 x H x W uint8), each picture once. unreadable: the others' reasons, one line each.
    small: shorter than a crop. copies: near-duplicates, each with the photo that stays for it. doubles: the same with
    photos of the other side. grey: how many of `photos` are black and white. spread: how differently bright they are,
    the standard deviation of their medians, in levels.
    """

    photos: Mapping[Path, Tensor]
    unreadable: Mapping[Path, str]
    small: Sequence[Path]
    copies: Twins
    doubles: Twins
    grey: int
    spread: float

    @property
    def left_out(self) -> str:
        """How many photos are not learnt from and why, in words; empty where all are."""
        counts = [
            (len(self.unreadable), "unreadable"),
            (len(self.small), "too small"),
            (len(self.copies), "duplicate"),
            (len(self.doubles), "the same in --liked"),
        ]
        return ", ".join(f"{count} {reason}" for count, reason in counts if count)


@dataclass(frozen=True)
class Verdict:
    """Two sides, and how they compare.

    pairs: raw photos of which a liked one is an edited version. gap: how far apart the sides are in tone and colour, in
    levels. chance: what two sides drawn from the photos of both would stay below, nineteen times in twenty.
    """

    liked: Side
    raw: Side
    pairs: Twins
    gap: float
    chance: float

    @property
    def too_alike(self) -> bool:
        """Whether the difference between the sides could be luck. Pairs show what it is, however small."""
        return self.gap <= self.chance and len(self.pairs) < FEWEST

    def require_enough(self) -> None:
        """Raises DataSetError where a side has fewer than FEWEST photos to learn from."""
        for name, side in (("liked", self.liked), ("raw", self.raw)):
            if len(side.photos) < FEWEST:
                raise DataSetError(
                    f"--{name}: {len(side.photos)} usable photo{'s' * (len(side.photos) != 1)}"
                    + f" ({side.left_out})" * bool(side.left_out)
                    + f"; a style needs at least {FEWEST}, and 100 or more make a better one"
                    + "; name photos there that are not liked ones" * bool(side.doubles)
                )


def check(liked: Loaded, raw: Loaded, size: int) -> Verdict:
    """Look through both sides before they are cut into crops of `size` pixels."""
    liked_thumbs, raw_thumbs = _thumbs(liked, size), _thumbs(raw, size)
    liked_copies, raw_copies = _copies(liked_thumbs), _copies(raw_thumbs)
    liked_thumbs, raw_thumbs = _without(liked_thumbs, liked_copies), _without(raw_thumbs, raw_copies)
    twins = _twins(raw_thumbs, liked_thumbs)
    doubles = {one: two for one, two in twins.items() if _levels_apart(raw_thumbs[one], liked_thumbs[two]) <= SAME}
    raw_thumbs = _without(raw_thumbs, doubles)
    return Verdict(
        _side(liked, size, liked_thumbs, liked_copies, {}),
        _side(raw, size, raw_thumbs, raw_copies, doubles),
        _without(twins, doubles),
        *_gap(_looks(liked_thumbs), _looks(raw_thumbs)),
    )


@dataclass(frozen=True)
class _Thumb:
    """A photo seen small. colours: 3 x SIDE x SIDE in levels. hash: 64 bits that tell what it shows."""

    colours: Tensor
    hash: Bits


def _thumbs(side: Loaded, size: int) -> dict[Path, _Thumb]:
    """Of the photos that are large enough."""
    return {
        path: _thumb(photo) for path, photo in side.items() if isinstance(photo, Tensor) and not _small(photo, size)
    }


def _thumb(photo: Tensor) -> _Thumb:
    colours = F.interpolate(photo[None].float(), (SIDE, SIDE), mode="area")[0]
    image = Image.fromarray(colours.round().byte().permute(1, 2, 0).numpy())
    # Equalised, so that it knows the picture again after its tone was edited.
    return _Thumb(colours, imagehash.phash(ImageOps.equalize(image.convert("L"))).hash.flatten())


def _small(photo: Tensor, size: int) -> bool:
    return min(photo.shape[1:]) < size


def _copies(thumbs: Mapping[Path, _Thumb]) -> dict[Path, Path]:
    """Photos of a picture that came before, and the first of it."""
    paths, hashes = list(thumbs), _hashes(thumbs)
    copies: dict[Path, Path] = {}
    for number, path in enumerate(paths):
        if path not in copies:
            later = number + 1 + np.flatnonzero(_bits_apart(hashes[number], hashes[number + 1 :]) <= NEAR)
            copies |= {paths[other]: path for other in later if paths[other] not in copies}
    return copies


def _twins(raw: Mapping[Path, _Thumb], liked: Mapping[Path, _Thumb]) -> dict[Path, Path]:
    """Raw photos of a picture that is among the liked ones, and the photo there."""
    paths, hashes, twins = list(liked), _hashes(liked), {}
    for path, thumb in raw.items():
        bits = _bits_apart(thumb.hash, hashes)
        if bits.min(initial=64) <= NEAR:
            twins[path] = paths[bits.argmin()]
    return twins


def _hashes(thumbs: Mapping[Path, _Thumb]) -> Bits:
    return np.array([thumb.hash for thumb in thumbs.values()], bool).reshape(-1, 64)


def _bits_apart(hash: Bits, hashes: Bits) -> NDArray[np.int_]:
    """The Hamming distances of one hash from N others."""
    apart: NDArray[np.int_] = (hashes != hash).sum(axis=1)
    return apart


def _levels_apart(one: _Thumb, two: _Thumb) -> float:
    return float((one.colours - two.colours).abs().mean())


def _without(kept: Mapping[Path, T], gone: Mapping[Path, object]) -> dict[Path, T]:
    return {path: value for path, value in kept.items() if path not in gone}


def _side(loaded: Loaded, size: int, thumbs: Mapping[Path, _Thumb], copies: Twins, doubles: Twins) -> Side:
    photos = {path: photo for path, photo in loaded.items() if isinstance(photo, Tensor)}
    medians = _looks(thumbs)[:, len(QUANTILES) // 2]
    return Side(
        photos={path: photos[path] for path in thumbs},
        unreadable={path: reason for path, reason in loaded.items() if isinstance(reason, str)},
        small=[path for path, photo in photos.items() if _small(photo, size)],
        copies=copies,
        doubles=doubles,
        grey=sum(_is_grey(thumb.colours) for thumb in thumbs.values()),
        spread=float(medians.std()) if len(medians) > 1 else 0.0,
    )


def _is_grey(colours: Tensor) -> bool:
    return bool((colours.amax(dim=0) - colours.amin(dim=0)).max() <= COLOURLESS)


def _looks(thumbs: Mapping[Path, _Thumb]) -> Tensor:
    """Photo by photo the quantiles of its luma, how red and how blue it is, and how colourful: N x 8, in levels."""
    return torch.stack([_look(thumb.colours) for thumb in thumbs.values()]) if thumbs else torch.zeros(0, 8)


def _look(colours: Tensor) -> Tensor:
    red, green, blue = colours
    tone = torch.quantile(luma(colours[None]).flatten(), torch.tensor(QUANTILES))
    chroma = colours.amax(dim=0) - colours.amin(dim=0)
    return torch.cat([tone, torch.stack([(red - green).mean(), (blue - (red + green) / 2).mean(), chroma.mean()])])


def _gap(one: Tensor, two: Tensor) -> tuple[float, float]:
    """How far apart the mean looks of two sets are, and the 95th percentile of that over random divisions."""
    if not (len(one) and len(two)):
        return 0.0, 0.0
    rng, both = torch.Generator().manual_seed(0), torch.cat([one, two])
    orders = torch.stack([torch.randperm(len(both), generator=rng) for _ in range(DRAWS)])
    drawn = both[orders]
    gaps = (drawn[:, : len(one)].mean(dim=1) - drawn[:, len(one) :].mean(dim=1)).abs().mean(dim=1)
    return float((one.mean(dim=0) - two.mean(dim=0)).abs().mean()), float(gaps.quantile(0.95))
