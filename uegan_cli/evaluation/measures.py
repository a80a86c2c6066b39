"""What is measured of a picture."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import PhotoError
from ..losses.features import Features
from .distances import described, histograms
from .methods import Original
from .nima import Nima
from .pairs import Source
from .similarity import Picture, alike, delta_e, psnr, ssim, structure

Values = NDArray[np.float64] | NDArray[np.float32]


@dataclass(frozen=True)
class Kind:
    """Things that are measured together.

    names: keys of `columns.MEASURES` for each value, or none where the values are no measures by themselves.
    identity: what decides the values besides photo and picture.
    """

    name: str
    names: tuple[str, ...]
    identity: Callable[[Source], str]
    measure: Callable[[Original, Picture], Values]


def against_reference() -> Kind:
    def measure(original: Original, picture: Picture) -> Values:
        pair = alike(picture, original.reference)
        return np.array([psnr(*pair), ssim(*pair), delta_e(*pair)])

    def identity(source: Source) -> str:
        assert source.reference is not None
        return f"1 {identity_of(source.reference)}"

    return Kind("reference", ("psnr", "ssim", "delta_e"), identity, measure)


def against_input() -> Kind:
    def measure(original: Original, picture: Picture) -> Values:
        pair = alike(picture, original.picture)
        size = float(np.sqrt(picture[..., 0].size / original.picture[..., 0].size))
        return np.array([delta_e(*pair), structure(*pair), size])

    return Kind("input", ("change", "fidelity", "size"), lambda _: "2", measure)


def scored(nima: Nima, file: Path) -> Kind:
    identity = f"1 {identity_of(file)}"
    return Kind("nima", ("nima",), lambda _: identity, lambda _, picture: np.array([nima.score(picture)]))


def toned() -> Kind:
    """See `distances.histograms`."""
    return Kind("tones", (), lambda _: "1", lambda _, picture: histograms(picture))


def seen(features: Features, file: Path) -> Kind:
    """See `distances.described`."""
    identity = f"1 {identity_of(file)}"
    return Kind("features", (), lambda _: identity, lambda _, picture: described(picture, features))


def identity_of(path: Path) -> str:
    """What changes when a file does. Raises PhotoError."""
    try:
        found = path.stat()
    except OSError as error:
        raise PhotoError(f"{path}: cannot be read ({error.strerror or error})") from error
    return f"{path.resolve()} {found.st_size} {found.st_mtime_ns}"


def key_of(*parts: str) -> str:
    """Of what is known of some parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
