"""What is said about the photos before a look is learnt from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..shared.output import Report, counted, say_labelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...training.data_set_report import Side, Verdict

FEW = 50
"""Fewer photos than these make an uncertain look."""

EVEN = 12.0
"""Levels: photos whose brightness varies less are nearly of one exposure."""


def tell(verdict: Verdict, say: Callable[[str], None], report: Report) -> None:
    """The verdict in words, one line for each thing to know. Raises DataSetError where nothing can be learnt."""
    report.record({"photos": as_json(verdict)})
    for name, side in (("liked", verdict.liked), ("raw", verdict.raw)):
        hint = " (-v names them)" * bool(side.left_out and not report.verbose)
        say_labelled(name, summary(side) + hint, say)
        for line in _names(side):
            say_labelled("", line, report.detail)
    verdict.require_enough()
    for remark in remarks(verdict):
        say_labelled("note", remark, say)


def summary(side: Side) -> str:
    """How many photos there are, and what became of the others."""
    return counted(len(side.photos), "photo") + (f"; left out: {side.left_out}" if side.left_out else "")


def remarks(verdict: Verdict) -> list[str]:
    """What the user should know about two usable sides, each with what to do about it."""
    return list(_remarks(verdict))


def as_json(verdict: Verdict) -> dict[str, Any]:
    """All of it as one JSON object."""
    return {
        "liked": _side_as_json(verdict.liked),
        "raw": _side_as_json(verdict.raw),
        "pairs": _strings(verdict.pairs),
        "gap": round(verdict.gap, 2),
        "chance": round(verdict.chance, 2),
        "notes": remarks(verdict),
    }


def _remarks(verdict: Verdict) -> Iterator[str]:
    liked, raw = verdict.liked, verdict.raw
    if verdict.pairs:
        yield f"{counted(len(verdict.pairs), 'raw photo')} also liked in an edited version; good: keep them"
    if verdict.too_alike:
        yield (
            f"liked and raw photos look alike ({verdict.gap:.0f} levels apart, and luck alone makes up to"
            f" {verdict.chance:.0f}); add more of both, or choose liked ones with a clearer look"
        )
    if 4 * liked.grey >= len(liked.photos):
        yield (
            f"{liked.grey} liked photos are black and white: the look will lose colour; take them out, or make a style"
            " of them alone"
        )
    if 4 * raw.grey >= len(raw.photos):
        yield f"{raw.grey} raw photos are black and white and cannot show what becomes of colours; add colour photos"
    for name, side in (("liked", liked), ("raw", raw)):
        if side.spread < EVEN:
            yield f"the {name} photos are all about equally bright; add darker and brighter ones"
    few = [f"{len(side.photos)} {name}" for name, side in (("liked", liked), ("raw", raw)) if len(side.photos) < FEW]
    if few:
        yield f"{' and '.join(few)} photos are few: from {FEW} on, better 100, a look is less a matter of luck"


def _names(side: Side) -> Iterator[str]:
    """The photos that were left out, each with its reason."""
    yield from side.unreadable.values()
    yield from (f"{path}: too small" for path in side.small)
    yield from (f"{path}: a copy of {kept}" for path, kept in side.copies.items())
    yield from (f"{path}: the same as {kept}" for path, kept in side.doubles.items())


def _side_as_json(side: Side) -> dict[str, Any]:
    return {
        "usable": len(side.photos),
        "unreadable": _strings(side.unreadable),
        "too_small": [str(path) for path in side.small],
        "copies": _strings(side.copies),
        "doubles": _strings(side.doubles),
        "greyscale": side.grey,
        "tone_spread": round(side.spread, 2),
    }


def _strings(mapping: Mapping[Path, object]) -> dict[str, str]:
    return {str(path): str(value) for path, value in mapping.items()}
