"""The compared methods: the input itself, classical corrections (section II-A), styles, and folders of results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, ImageOps

from ..enhancement.enhancer import Enhancer
from ..photo import colour
from ..photo.photo import Photo
from ..photo.reading import read_photo, read_upright_srgb
from .pairs import Matches, Source
from .pictures import Picture


class SourcePictures:
    """The pictures that belong to one source, each read when it is first needed, and only once."""

    def __init__(self, source: Source, max_pixels: int) -> None:
        self.source = source
        self._max_pixels = max_pixels

    @cached_property
    def photo(self) -> Photo:
        """The input with its metadata. Raises PhotoError."""
        return read_photo(self.source.path, max_pixels=self._max_pixels, first_frame=True)

    @cached_property
    def input(self) -> Picture:
        """Raises PhotoError."""
        return to_srgb(self.photo)

    @cached_property
    def reference(self) -> Picture:
        """Raises PhotoError."""
        assert self.source.reference is not None
        return self.read(self.source.reference)

    def read(self, path: Path) -> Picture:
        """Read another version of the photo. Raises PhotoError."""
        return np.asarray(read_upright_srgb(path, max_pixels=self._max_pixels))


class Method(Protocol):
    """A way of making a picture of a source."""

    @property
    def name(self) -> str: ...

    def identity(self, source: Source) -> str | Path | None:
        """Return what determines the picture besides the source, a text or a file; None if there is no picture."""

    def apply(self, pictures: SourcePictures) -> Picture:
        """Return H x W x 3 uint8, sRGB. Raises PhotoError."""


@dataclass(frozen=True)
class Baseline:
    """A classical correction, or the input unchanged."""

    name: str
    correct: Callable[[Picture], Picture]

    def identity(self, source: Source) -> str:
        return f"{self.name} 1"

    def apply(self, pictures: SourcePictures) -> Picture:
        return self.correct(pictures.input)


@dataclass(frozen=True)
class StyleMethod:
    """A style at the enhancer's strength."""

    name: str
    enhancer: Enhancer

    def identity(self, source: Source) -> str:
        return f"style {self.enhancer.style.hash} at {self.enhancer.strength:g}"

    def apply(self, pictures: SourcePictures) -> Picture:
        return to_srgb(self.enhancer.enhance(pictures.photo))


@dataclass(frozen=True)
class ResultFolder:
    """A folder of results, made by any program."""

    name: str
    matches: Matches

    def identity(self, source: Source) -> Path | None:
        return self.matches.of(source)

    def apply(self, pictures: SourcePictures) -> Picture:
        path = self.matches.of(pictures.source)
        assert path is not None
        return pictures.read(path)


def to_srgb(photo: Photo) -> Picture:
    """Return a photo's pixels as a screen shows them: H x W x 3 uint8, sRGB."""
    return colour.to_srgb(colour.to_8_bits(photo.pixels), photo.profile)


def stretch_contrast(picture: Picture) -> Picture:
    """Stretch the luma until 1 % of the pixels are black and 1 % white (automatic contrast)."""
    return np.asarray(ImageOps.autocontrast(Image.fromarray(picture), cutoff=1, preserve_tone=True))


def equalise(picture: Picture) -> Picture:
    """Equalise the histogram of the luma over the whole picture."""
    return _with_luma(picture, lambda luma: np.asarray(ImageOps.equalize(Image.fromarray(luma))))


def equalise_locally(picture: Picture) -> Picture:
    """Equalise the histogram of the luma in each neighbourhood, contrast-limited (CLAHE)."""
    from skimage.exposure import equalize_adapthist

    def clahe(luma: Picture) -> Picture:
        return np.asarray(np.rint(equalize_adapthist(luma) * 255), np.uint8)

    return _with_luma(picture, clahe)


INPUT = Baseline("input", lambda picture: picture)
BASELINES = (
    INPUT,
    Baseline("automatic contrast", stretch_contrast),
    Baseline("equalised", equalise),
    Baseline("equalised locally", equalise_locally),
)


def _with_luma(picture: Picture, change: Callable[[Picture], Picture]) -> Picture:
    bands = Image.fromarray(picture).convert("YCbCr").split()
    luma = Image.fromarray(change(np.asarray(bands[0])))
    return np.asarray(Image.merge("YCbCr", (luma, *bands[1:])).convert("RGB"))
