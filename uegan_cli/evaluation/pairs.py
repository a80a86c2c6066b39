"""Which photo belongs to which: by name, whatever the format and the size."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import NoInputError
from ..photo.suffixes import format_by_name


@dataclass(frozen=True)
class Source:
    """A photo that styles are judged by.

    name: its place below the folder that was named, without its suffix. reference: what it should become, if that is
    known.
    """

    name: str
    path: Path
    reference: Path | None = None


class Partners:
    """The photos of a folder and below it, by name."""

    def __init__(self, folder: Path) -> None:
        """Raises NoInputError for a folder that is not there or has no photos."""
        if not folder.is_dir():
            raise NoInputError(f"{folder}: there is no such folder")
        self.folder = folder
        self._by_place = {_place(path.relative_to(folder)): path for path in _photos(folder)}
        if not self._by_place:
            raise NoInputError(f"{folder}: no photos here")
        names = Counter(_name(place) for place in self._by_place)
        self._by_name = {_name(place): path for place, path in self._by_place.items() if names[_name(place)] == 1}
        self._asked: set[Path] = set()

    def of(self, name: str) -> Path | None:
        """The partner of a photo: in the same place, or the only one of its name anywhere."""
        place = name.lower()
        found = self._by_place.get(place) or self._by_name.get(_name(place))
        if found is not None:
            self._asked.add(found)
        return found

    @property
    def left_over(self) -> list[Path]:
        """Photos that no one has asked for."""
        return [path for path in self._by_place.values() if path not in self._asked]


@dataclass(frozen=True)
class Paired:
    """sources: in order. alone: photos without a partner, inputs and references."""

    sources: Sequence[Source]
    alone: Sequence[Path]


def paired(photos: Mapping[str, Path], references: Partners | None) -> Paired:
    """photos: by name, see Source. Raises NoInputError where no photo has a reference."""
    if references is None:
        return Paired([Source(name, path) for name, path in photos.items()], [])
    found = [Source(name, path, references.of(name)) for name, path in photos.items()]
    sources = [source for source in found if source.reference is not None]
    if not sources:
        raise NoInputError(
            f"{references.folder}: no photo here has the name of an input; photos and references pair by name"
        )
    return Paired(sources, [source.path for source in found if source.reference is None] + references.left_over)


def named(photos: Iterable[tuple[Path, Path]]) -> dict[str, Path]:
    """Photos, each with its place below the folder that was named, by name.

    Two of one name keep their suffixes, so that each has a name of its own.
    """
    photos = list(photos)
    count = Counter(_place(place) for _, place in photos)
    names: dict[str, Path] = {}
    for path, place in photos:
        alone = count[_place(place)] == 1
        name = (place.with_suffix("") if alone else place).as_posix()
        names[name if name not in names else str(path)] = path
    return names


def _photos(folder: Path) -> Iterable[Path]:
    for parent, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if format_by_name(name) and not name.startswith("."))


def _place(relative: Path) -> str:
    return relative.with_suffix("").as_posix().lower()


def _name(place: str) -> str:
    return place.rsplit("/", 1)[-1]
