"""The photos to compare on: found, matched with references, and the skipped ones reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError
from ...jobs.inputs import InputPhoto, find_enhanced, find_inputs
from ...photo.suffixes import raws_with_photos
from ..shared.output import Report, counted
from .request import EvalRequest

if TYPE_CHECKING:
    from ...evaluation.pairs import PairedPhotos

MAX_NAMED = 5
"""Skipped photos that are named; the others are counted."""


def find_photos(request: EvalRequest, report: Report) -> PairedPhotos:
    """Find the photos to compare on, with --reference those that have one. Raises NoInputError."""
    from ...evaluation.pairs import PairedPhotos, name_sources, pair_with_references

    photos = list(_find_originals(request, report))
    raws = raws_with_photos(photo.path for photo in photos)
    sources = name_sources((photo.path, photo.relative) for photo in photos if photo.path not in raws)
    pairs = PairedPhotos(sources) if request.reference is None else pair_with_references(sources, request.reference)
    _say_skipped(pairs.unmatched, "no matching file; skipped", report)
    _say_skipped(pairs.ambiguous, "several files match; skipped", report)
    return pairs


def _find_originals(request: EvalRequest, report: Report) -> Iterator[InputPhoto]:
    """Find the named photos that are not themselves results of uegan."""
    found = find_inputs(request.photos, recursive=request.recursive, include=request.include, exclude=request.exclude)
    for name in found.empty:
        report.say(f"{name}: no photos here")
    results = find_enhanced(found.photos)
    if len(results) == len(found.photos):
        raise NoInputError("all of these photos are results of uegan; name the original photos")
    for photo in found.photos:
        if photo.problem is not None:
            report.complain(f"{photo.path}: {photo.problem}")
        elif photo.path not in results:
            yield photo
    skipped = [photo.path for photo in found.photos if photo.path in results]
    _say_skipped(skipped, "a result of uegan; skipped", report)


def _say_skipped(paths: Sequence[Path], why: str, report: Report) -> None:
    for path in paths[:MAX_NAMED]:
        report.say(f"{path}: {why}")
    if len(paths) > MAX_NAMED:
        report.say(f"and {counted(len(paths) - MAX_NAMED, 'more photo')}: {why}")
