"""Print the report on both folders of photos before a style is learnt from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .output import Report, counted, say_labelled

if TYPE_CHECKING:
    from ...training.data_set_report import DataSetReport, FolderReport

RECOMMENDED_PHOTOS = 50
"""Per folder; with fewer, much of the style is chance."""

MIN_BRIGHTNESS_SPREAD = 12.0
"""Standard deviation of the photos' median brightness, in levels of 255; below it they have nearly one exposure."""

MAX_GREY_SHARE = 0.25
"""Share of a folder's photos from which black and white ones change the style."""


def print_data_set(data_set: DataSetReport, say: Callable[[str], None], report: Report) -> None:
    """Print both folders and the notes on them, one line each. Raises DataSetError if a folder has too few photos.

    say: prints a line, on stdout or stderr.
    """
    report.record({"photos": to_json(data_set)})
    for name, folder in (("liked", data_set.liked), ("raw", data_set.raw)):
        hint = " (-v lists them)" * bool(folder.skipped and not report.verbose)
        say_labelled(name, _summary(folder) + hint, say)
        for line in _skipped(folder):
            say_labelled("", line, report.detail)
    data_set.require_enough()
    for note in notes(data_set):
        say_labelled("note", note, say)


def notes(data_set: DataSetReport) -> list[str]:
    """Return what the user should know about two usable folders, each note with what to do about it."""
    return list(_notes(data_set))


def to_json(data_set: DataSetReport) -> dict[str, Any]:
    """Return everything about both folders as one JSON object."""
    return {
        "liked": _folder_to_json(data_set.liked),
        "raw": _folder_to_json(data_set.raw),
        "pairs": _strings(data_set.pairs),
        "gap": round(data_set.gap, 2),
        "chance": round(data_set.chance_gap, 2),
        "notes": notes(data_set),
    }


def _notes(data_set: DataSetReport) -> Iterator[str]:
    liked, raw = data_set.liked, data_set.raw
    if data_set.pairs:
        yield f"{counted(len(data_set.pairs), 'raw photo')} also liked in an edited version; that helps: keep them"
    if data_set.too_alike:
        yield (
            "the two folders hardly differ, so the style will be weak; add more photos to both, or choose liked ones"
            " with a clearer look"
        )
    if liked.grey >= MAX_GREY_SHARE * len(liked.photos):
        yield (
            f"{liked.grey} liked photos are black and white, so the style will lose colour; remove them, or train a"
            " style on them alone"
        )
    if raw.grey >= MAX_GREY_SHARE * len(raw.photos):
        yield f"{raw.grey} raw photos are black and white and show nothing about colours; add colour photos"
    for name, folder in (("liked", liked), ("raw", raw)):
        if folder.brightness_spread < MIN_BRIGHTNESS_SPREAD:
            yield f"the {name} photos are all about equally bright; add darker and brighter ones"
    few = [
        f"{len(folder.photos)} {name}"
        for name, folder in (("liked", liked), ("raw", raw))
        if len(folder.photos) < RECOMMENDED_PHOTOS
    ]
    if few:
        yield f"{' and '.join(few)} photos are few; for a reliable style use {RECOMMENDED_PHOTOS} or more, better 100"


def _summary(folder: FolderReport) -> str:
    """Return how many photos are used, and how many are skipped for which reason."""
    return counted(len(folder.photos), "photo") + (f"; skipped: {folder.skipped}" if folder.skipped else "")


def _skipped(folder: FolderReport) -> Iterator[str]:
    """Yield a line for each skipped photo, with the reason."""
    yield from folder.unreadable.values()
    yield from (f"{path}: too small" for path in folder.too_small)
    yield from (f"{path}: duplicate of {kept}" for path, kept in folder.duplicates.items())
    yield from (f"{path}: the same as the liked photo {kept}" for path, kept in folder.also_liked.items())


def _folder_to_json(folder: FolderReport) -> dict[str, Any]:
    return {
        "usable": len(folder.photos),
        "unreadable": _strings(folder.unreadable),
        "too_small": [str(path) for path in folder.too_small],
        "copies": _strings(folder.duplicates),
        "doubles": _strings(folder.also_liked),
        "greyscale": folder.grey,
        "tone_spread": round(folder.brightness_spread, 2),
    }


def _strings(mapping: Mapping[Path, object]) -> dict[str, str]:
    return {str(path): str(value) for path, value in mapping.items()}
