"""Pairs of photos: inputs matched with references or results of the same name, whatever their format and size."""

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
    """An input photo of a comparison.

    name: unique among the sources, for tables and pages. key: the relative path that its matches in other folders
    share, see `match_key`. reference: the finished version of the photo, where one is known.
    """

    name: str
    path: Path
    key: str = ""
    reference: Path | None = None


class Matches:
    """The photos below a folder, each matched to a source: by relative path, or by name where that is unique.

    Where several photos share a path, the one in the source's format is taken. unmatched: photos that match no source.
    ambiguous: sources with several possible matches, or with a match that other sources could claim.
    """

    def __init__(self, folder: Path, sources: Sequence[Source]) -> None:
        """Raises NoInputError if the folder does not exist or holds no photos."""
        if not folder.is_dir():
            raise NoInputError(f"{folder}: no such folder")
        self.folder = folder
        photos = list(_photos_below(folder))
        if not photos:
            raise NoInputError(f"{folder}: no photos here")
        by_key, by_name = defaultdict(list), defaultdict(list)
        for path in photos:
            key = match_key(path.relative_to(folder))
            by_key[key].append(path)
            by_name[_name_of(key)].append(path)
        keys_of_name = Counter(map(_name_of, {source.key for source in sources}))
        self._of: dict[Path, Path] = {}
        self.ambiguous: list[Source] = []
        considered: set[Path] = set()
        for source in sources:
            name = _name_of(source.key)
            found = by_key[source.key] or by_name[name]
            considered.update(found)
            if len(found) > 1:
                found = [path for path in found if path.suffix.lower() == source.path.suffix.lower()]
            if len(found) == 1 and (by_key[source.key] or keys_of_name[name] == 1):
                self._of[source.path] = found[0]
            elif by_name[name]:
                self.ambiguous.append(source)
        self.unmatched = [path for path in photos if path not in considered]

    def of(self, source: Source) -> Path | None:
        """Return the photo that matches a source, or None."""
        return self._of.get(source.path)


@dataclass(frozen=True)
class PairedPhotos:
    """Pairs of inputs and references.

    sources: inputs to measure, in order. unmatched: inputs and references without a partner. ambiguous: see `Matches`.
    """

    sources: Sequence[Source]
    unmatched: Sequence[Path] = ()
    ambiguous: Sequence[Path] = ()


def pair_with_references(sources: Sequence[Source], references: Path) -> PairedPhotos:
    """Return the sources that have a reference in a folder, with it. Raises NoInputError if none has."""
    matches = Matches(references, sources)
    found = [replace(source, reference=matches.of(source)) for source in sources if matches.of(source)]
    if not found:
        raise NoInputError(f"{references}: no file here has the name of a photo; references are matched by name")
    ambiguous = [source.path for source in matches.ambiguous]
    unmatched = [source.path for source in sources if not matches.of(source) and source.path not in ambiguous]
    return PairedPhotos(found, unmatched + matches.unmatched, ambiguous)


def name_sources(photos: Iterable[tuple[Path, Path]]) -> list[Source]:
    """Return a source for each photo, given as its path and its path relative to the folder that the user named.

    A name is the relative path without suffix. Where two are equal, the suffix is added, else the folder's name, else
    the whole path is used.
    """
    found = [
        (path, relative, path.absolute().parents[len(relative.parts) - 1].name / relative) for path, relative in photos
    ]
    candidates = [
        [relative.with_suffix(""), relative, longer.with_suffix(""), longer, path] for path, relative, longer in found
    ]
    count = Counter(name.as_posix() for names in candidates for name in set(names))
    sources = []
    for (path, relative, longer), names in zip(found, candidates, strict=True):
        name = next((name for name in names if count[name.as_posix()] == 1), path)
        by_folder = name in (longer, longer.with_suffix(""))
        sources.append(Source(name.as_posix(), path, match_key(longer if by_folder else relative)))
    return sources


def match_key(relative: Path) -> str:
    """Return a relative path without suffix, case-folded and in Unicode NFC: file systems differ in both."""
    return unicodedata.normalize("NFC", relative.with_suffix("").as_posix()).casefold()


def _photos_below(folder: Path) -> Iterable[Path]:
    """Return the photos in a folder and below; a raw that shares its name with another photo is left out."""
    found = []
    for parent, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [Path(parent, name) for name in sorted(names) if format_by_name(name) and not name.startswith(".")]
    raws = raws_with_photos(found)
    return (path for path in found if path not in raws)


def _name_of(key: str) -> str:
    return key.rsplit("/", 1)[-1]
