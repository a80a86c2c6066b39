"""Photos one after the other, each as every subject makes it, measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .. import __version__
from ..errors import PhotoError, UeganError
from .measurement_cache import Kept
from .measures import Kind, Values, identity_of, key_of
from .methods import Original, Subject
from .pairs import Source
from .similarity import IncomparableError, Picture


@dataclass(frozen=True)
class Finding:
    """What was found of one photo in one subject's hands.

    values: by key of `columns.MEASURES`. rows: what sets are compared by, by kind. made: what the picture is known by,
    the same as long as nothing changes. picture: makes it or has it; only until the next finding comes. problem: why
    there is none of all this.
    """

    source: Source
    subject: str
    values: Mapping[str, float] = field(default_factory=dict)
    rows: Mapping[str, Values] = field(default_factory=dict)
    made: str = ""
    picture: Callable[[], Picture] | None = None
    problem: UeganError | None = None


def judge(
    sources: Iterable[Source], subjects: Sequence[Subject], kinds: Sequence[Kind], kept: Kept, max_pixels: int
) -> Iterator[Finding]:
    """One finding a photo and subject that has something to show of it; photo by photo, subjects in their order.

    A photo that was measured before is not even read, unless somebody asks for a picture of it.
    """
    for source in sources:
        original = Original(source, max_pixels)
        for subject in subjects:
            try:
                made = _made_by(subject, source, max_pixels)
                if made is not None:
                    yield _measured(_Work(original, subject, made), kinds, kept)
            except UeganError as error:
                yield Finding(source, subject.name, problem=error)


def _made_by(subject: Subject, source: Source, max_pixels: int) -> str | None:
    """What the subject's picture of the photo is known by: there is none of a photo that is too large."""
    made = subject.made_by(source)
    if made is None:
        return None
    shown = identity_of(made) if isinstance(made, Path) else made
    return key_of(__version__, identity_of(source.path), str(max_pixels), shown)


@dataclass
class _Work:
    """A photo in a subject's hands."""

    original: Original
    subject: Subject
    made: str

    @cached_property
    def picture(self) -> Picture:
        return self.subject.picture(self.original)


def _measured(work: _Work, kinds: Sequence[Kind], kept: Kept) -> Finding:
    source = work.original.source
    values: dict[str, float] = {}
    rows: dict[str, Values] = {}
    for kind in kinds:
        key = key_of(work.made, kind.name, kind.identity(source))
        found = kept.get(key)
        if found is None:
            try:
                found = kind.measure(work.original, work.picture)
            except IncomparableError as error:
                raise PhotoError(f"{source.path}, {work.subject.name}: {error}") from error
            kept.put(key, found)
        if kind.names:
            values.update(zip(kind.names, found.tolist(), strict=True))
        else:
            rows[kind.name] = found
    return Finding(source, work.subject.name, values, rows, work.made, lambda: work.picture)
