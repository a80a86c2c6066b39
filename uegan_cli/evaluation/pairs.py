"""Which photo belongs to which: by name, whatever the format and the size."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import NoInputError
from ..photo.suffixes import format_by_name, raws_with_photos


@dataclass(frozen=True)
class Source:
    """A photo that styles are judged by.

    name: what it is called, as no other is. place: where it is below the folder that was named, as its partners are
    below theirs; see `place_of`. reference: what it should become, if that is known.
    """

    name: str
    path: Path
    place: str = ""
    reference: Path | None = None


class Partners:
    """The photos of a folder and below it that belong to sources: in the same place, or the only ones of one name.

    Several in one place are told apart by the sources' formats. left_over: photos that belong to none. unclear: sources
    that several photos could belong to, or a photo that could belong to several.
    """

    def __init__(self, folder: Path, sources: Sequence[Source]) -> None:
        """Raises NoInputError for a folder that is not there or has no photos."""
        if not folder.is_dir():
            raise NoInputError(f"{folder}: there is no such folder")
        self.folder = folder
        photos = list(_photos(folder))
        if not photos:
            raise NoInputError(f"{folder}: no photos here")
        by_place, by_name = defaultdict(list), defaultdict(list)
        for path in photos:
            place = place_of(path.relative_to(folder))
            by_place[place].append(path)
            by_name[_name(place)].append(path)
        places_of_name = Counter(map(_name, {source.place for source in sources}))
        self._of: dict[Path, Path] = {}
        self.unclear: list[Source] = []
        considered: set[Path] = set()
        for source in sources:
            name = _name(source.place)
            found = by_place[source.place] or by_name[name]
            considered.update(found)
            if len(found) > 1:
                found = [path for path in found if path.suffix.lower() == source.path.suffix.lower()]
            if len(found) == 1 and (by_place[source.place] or places_of_name[name] == 1):
                self._of[source.path] = found[0]
            elif by_name[name]:
                self.unclear.append(source)
        self.left_over = [path for path in photos if path not in considered]

    def of(self, source: Source) -> Path | None:
        return self._of.get(source.path)


@dataclass(frozen=True)
class Paired:
    """sources: in order. alone: photos without a partner, inputs and references. unclear: see `Partners`."""

    sources: Sequence[Source]
    alone: Sequence[Path] = ()
    unclear: Sequence[Path] = ()


def paired(sources: Sequence[Source], references: Path) -> Paired:
    """Sources with what they should become. Raises NoInputError where none has a reference."""
    partners = Partners(references, sources)
    found = [replace(source, reference=partners.of(source)) for source in sources if partners.of(source)]
    if not found:
        raise NoInputError(f"{references}: no photo here has the name of an input; photos and references pair by name")
    unclear = [source.path for source in partners.unclear]
    alone = [source.path for source in sources if not partners.of(source) and source.path not in unclear]
    return Paired(found, alone + partners.left_over, unclear)


def named(photos: Iterable[tuple[Path, Path]]) -> list[Source]:
    """Photos, each with its place below the folder that was named.

    Two of one name are told apart by their suffixes, or else by the folders, or else by all of their paths.
    """
    found = [(path, place, path.absolute().parents[len(place.parts) - 1].name / place) for path, place in photos]
    forms = [[place.with_suffix(""), place, longer.with_suffix(""), longer, path] for path, place, longer in found]
    count = Counter(form.as_posix() for of_photo in forms for form in set(of_photo))
    sources = []
    for (path, place, longer), of_photo in zip(found, forms, strict=True):
        form = next((form for form in of_photo if count[form.as_posix()] == 1), path)
        by_folder = form in (longer, longer.with_suffix(""))
        sources.append(Source(form.as_posix(), path, place_of(longer if by_folder else place)))
    return sources


def place_of(relative: Path) -> str:
    """Where a photo is below a folder, whatever its format and however its system writes capitals and accents."""
    return unicodedata.normalize("NFC", relative.with_suffix("").as_posix()).casefold()


def _photos(folder: Path) -> Iterable[Path]:
    """Of a raw and a photo of it, the photo."""
    found = []
    for parent, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [Path(parent, name) for name in sorted(names) if format_by_name(name) and not name.startswith(".")]
    raws = raws_with_photos(found)
    return (path for path in found if path not in raws)


def _name(place: str) -> str:
    return place.rsplit("/", 1)[-1]
