"""What is judged: photos as they are, classical corrections (section II-A), styles, and anyone's results."""

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
from .pairs import Partners, Source
from .similarity import Picture


class Original:
    """A source while it is worked on: everything about it that is read, read once."""

    def __init__(self, source: Source, max_pixels: int) -> None:
        self.source = source
        self._max_pixels = max_pixels

    @cached_property
    def photo(self) -> Photo:
        """Raises PhotoError."""
        return read_photo(self.source.path, max_pixels=self._max_pixels, first_frame=True)

    @cached_property
    def picture(self) -> Picture:
        return as_srgb(self.photo)

    @cached_property
    def reference(self) -> Picture:
        """Raises PhotoError."""
        assert self.source.reference is not None
        return self.read(self.source.reference)

    def read(self, path: Path) -> Picture:
        """Somebody's version of it."""
        return np.asarray(read_upright_srgb(path, max_pixels=self._max_pixels))


class Subject(Protocol):
    """Something that makes a picture of a photo."""

    @property
    def name(self) -> str: ...

    def made_by(self, source: Source) -> str | Path | None:
        """What decides the picture besides the photo: a text, or a file. None where there is no picture of it."""

    def picture(self, original: Original) -> Picture:
        """H x W x 3, sRGB. Raises PhotoError."""


@dataclass(frozen=True)
class Correction:
    """A classical correction; also the one that corrects nothing."""

    name: str
    correct: Callable[[Picture], Picture]

    def made_by(self, source: Source) -> str:
        return f"{self.name} 1"

    def picture(self, original: Original) -> Picture:
        return self.correct(original.picture)


@dataclass(frozen=True)
class Styled:
    """A style."""

    name: str
    enhancer: Enhancer

    def made_by(self, source: Source) -> str:
        return f"style {self.enhancer.style.hash} at {self.enhancer.strength:g}"

    def picture(self, original: Original) -> Picture:
        return as_srgb(self.enhancer.enhance(original.photo))


@dataclass(frozen=True)
class Results:
    """A folder of results, whoever made them."""

    name: str
    partners: Partners

    def made_by(self, source: Source) -> Path | None:
        return self.partners.of(source)

    def picture(self, original: Original) -> Picture:
        found = self.partners.of(original.source)
        assert found is not None
        return original.read(found)


def as_srgb(photo: Photo) -> Picture:
    """Its pixels as they would be shown: H x W x 3 uint8."""
    return colour.to_srgb(colour.to_8_bits(photo.pixels), photo.profile)


def automatic_contrast(picture: Picture) -> Picture:
    """Stretched until one in a hundred pixels is black and one is white."""
    return np.asarray(ImageOps.autocontrast(Image.fromarray(picture), cutoff=1, preserve_tone=True))


def equalised(picture: Picture) -> Picture:
    """Every luma equally often (global histogram equalisation)."""
    return _with_luma(picture, lambda luma: np.asarray(ImageOps.equalize(Image.fromarray(luma))))


def equalised_locally(picture: Picture) -> Picture:
    """The same in every neighbourhood, in bounds (contrast-limited adaptive histogram equalisation)."""
    from skimage.exposure import equalize_adapthist

    def equalise(luma: Picture) -> Picture:
        return np.asarray(np.rint(equalize_adapthist(luma) * 255), np.uint8)

    return _with_luma(picture, equalise)


INPUT = Correction("input", lambda picture: picture)
BASELINES = (
    INPUT,
    Correction("automatic contrast", automatic_contrast),
    Correction("equalised", equalised),
    Correction("equalised locally", equalised_locally),
)


def _with_luma(picture: Picture, change: Callable[[Picture], Picture]) -> Picture:
    bands = Image.fromarray(picture).convert("YCbCr").split()
    luma = Image.fromarray(change(np.asarray(bands[0])))
    return np.asarray(Image.merge("YCbCr", (luma, *bands[1:])).convert("RGB"))
