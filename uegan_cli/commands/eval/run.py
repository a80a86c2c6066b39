"""Photos being judged, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...errors import NoInputError, PhotoError, UsageError
from ...jobs.inputs import Input, enhanced_with, find_inputs, photos_in
from ...paths import measured_file
from ...photo.suffixes import raws_with_photos
from ..shared import vgg
from ..shared.output import Report, counted
from . import output as eval_table
from .command import Request

if TYPE_CHECKING:
    from ...evaluation.distances import Rows
    from ...evaluation.judging import Finding
    from ...evaluation.measurement_cache import Kept
    from ...evaluation.measures import Kind
    from ...evaluation.methods import Subject
    from ...evaluation.pairs import Paired, Source
    from ...evaluation.table import Row
    from ...styles.file import Style

REFERENCE = "reference"
_NAMED = 5
"""Photos left out that are named; the others are counted."""


class Keeper(AbstractContextManager["Keeper"], Protocol):
    """Something that is made of the findings: a file, a page."""

    def add(self, finding: Finding) -> None: ...

    def finish(self, rows: Sequence[Row]) -> Path:
        """All findings are there; where it is now. Raises OutputError."""


@dataclass(frozen=True)
class Comparison:
    """Who is compared, on what, and how."""

    paired: Paired
    subjects: Sequence[Subject]
    kinds: Sequence[Kind]
    liked: Mapping[str, Rows] | None
    max_pixels: int


def perform(request: Request, report: Report) -> int:
    """Judge, and report it; the exit code."""
    from ...evaluation.judging import judge
    from ...evaluation.measurement_cache import keeping
    from ...evaluation.table import Table

    started = time.monotonic()
    paired = _paired(request, report)
    with ExitStack() as stack:
        kept = stack.enter_context(keeping(measured_file(), request.fresh))
        comparison = _comparison(request, paired, kept, report)
        variants = eval_table.variants_of(_styles(comparison)) if request.ablation else {}
        keepers = [stack.enter_context(keeper) for keeper in _keepers(request, comparison)]
        table = Table([subject.name for subject in comparison.subjects], comparison.liked)
        failed: dict[Path, set[str]] = {}
        findings = judge(paired.sources, comparison.subjects, comparison.kinds, kept, comparison.max_pixels)
        try:
            with closing(_watched(findings, comparison, report)) as watched:
                for finding in watched:
                    finding = _shown(finding, keepers)
                    said = failed.get(finding.source.path, set())
                    eval_table.tell_photo(finding, report, new=str(finding.problem) not in said)
                    if finding.problem is not None:
                        failed[finding.source.path] = said | {str(finding.problem)}
                    table.add(finding)
        except (KeyboardInterrupt, SystemExit):
            report.say("stopped; what was measured is kept, and the same command goes on from there")
            raise
        rows = table.rows()
        if not any(row.n for row in rows):
            raise NoInputError("there is no photo that could be judged")
        written = [keeper.finish(rows) for keeper in keepers]
    eval_table.tell(rows, len(paired.sources), len(failed), time.monotonic() - started, report)
    if request.ablation:
        eval_table.tell_ablation(rows, variants, report)
    for path in written:
        report.say(f"{path}: written")
    bad = eval_table.tell_worse(rows, request.least, _judged(comparison), report)
    return 1 if failed or bad else 0


def _shown(finding: Finding, keepers: Sequence[Keeper]) -> Finding:
    """The finding as it stays: a picture that was measured before may be gone now that it is to be shown."""
    from ...evaluation.judging import Finding

    try:
        for keeper in keepers:
            keeper.add(finding)
    except PhotoError as error:
        return _shown(Finding(finding.source, finding.subject, problem=error), keepers)
    return finding


def _paired(request: Request, report: Report) -> Paired:
    """What is judged: photos with, where references were named, one each."""
    from ...evaluation.pairs import Paired, named, paired

    photos = list(_inputs(request, report))
    raws = raws_with_photos(photo.path for photo in photos)
    sources = named((photo.path, photo.relative) for photo in photos if photo.path not in raws)
    pairs = Paired(sources) if request.reference is None else paired(sources, request.reference)
    _tell_some(pairs.alone, "without a partner, left out", report)
    _tell_some(pairs.unclear, "left out; it is not clear which photos of its name belong together", report)
    return pairs


def _inputs(request: Request, report: Report) -> Iterator[Input]:
    """The photos that were named, without what styles have made of photos."""
    found = find_inputs(request.photos, recursive=request.recursive, include=request.include, exclude=request.exclude)
    for name in found.empty:
        report.say(f"{name}: no photos here")
    made = enhanced_with(found.photos)
    if len(made) == len(found.photos):
        raise NoInputError("all of these photos are results of uegan; name the photos that they were made of")
    for photo in found.photos:
        if photo.problem is not None:
            report.complain(f"{photo.path}: {photo.problem}")
        elif photo.path not in made:
            yield photo
    _tell_some([photo.path for photo in found.photos if photo.path in made], "a result of uegan, left out", report)


def _tell_some(paths: Sequence[Path], what: str, report: Report) -> None:
    """The first ones by name, the others by number."""
    for path in paths[:_NAMED]:
        report.say(f"{path}: {what}")
    if len(paths) > _NAMED:
        report.say(f"and {counted(len(paths) - _NAMED, 'photo')} more: {what}")


def _comparison(request: Request, paired: Paired, kept: Kept, report: Report) -> Comparison:
    from ...photo.reading import MAX_PIXELS

    max_pixels = request.max_pixels or MAX_PIXELS
    subjects = list(_subjects(request, paired.sources, report))
    kinds = list(_kinds(request, report))
    liked = _liked(request, kinds, kept, max_pixels, report) if request.liked else None
    return Comparison(paired, subjects, kinds, liked, max_pixels)


def _subjects(request: Request, sources: Sequence[Source], report: Report) -> Iterator[Subject]:
    """The input first; names are told apart."""
    from ...enhancement.devices import describe
    from ...enhancement.enhancer import Enhancer
    from ...evaluation.methods import BASELINES, INPUT, Results, Styled
    from ...evaluation.pairs import Partners

    taken = {REFERENCE, *(subject.name for subject in BASELINES)}
    yield from BASELINES if request.baselines else (INPUT,)
    device = ""
    for name in request.styles:
        enhancer = Enhancer(name, device=request.device, strength=request.strength)
        device = describe(enhancer.device)
        title = enhancer.style.name if enhancer.style.name not in taken else Path(name).name
        yield Styled(_new(title, taken), enhancer)
    for name, folder in request.results.items():
        partners = Partners(folder, sources)
        missing = sum(partners.of(source) is None for source in sources)
        if missing == len(sources):
            raise NoInputError(f"{folder}: no photo here has the name of an input; results and inputs pair by name")
        if missing:
            report.say(f"{name}: has no result of {counted(missing, 'photo')}")
        yield Results(_new(name, taken), partners)
    report.say(f"Judging {counted(len(sources), 'photo')}" + (f" on {device}" if device else ""))


def _new(name: str, taken: set[str]) -> str:
    if name in taken:
        raise UsageError(f"two of those compared are called {name!r}; give one another name")
    taken.add(name)
    return name


def _kinds(request: Request, report: Report) -> Iterator[Kind]:
    from ...evaluation import measures
    from ...evaluation.nima import cached_file, load_nima
    from ...losses.features import load_features

    if request.reference is not None:
        yield measures.against_reference()
    nima = request.nima or cached_file()
    if nima is not None:
        yield measures.scored(load_nima(nima), nima)
    elif "nima" in request.least:
        raise UsageError("--fail-under nima needs its weights; name the file with --nima")
    if request.liked:
        yield measures.toned()
        weights = vgg.find(request.vgg)
        if weights is not None:
            yield measures.seen(load_features(weights), weights)
        elif "kid" in request.least:
            raise UsageError("--fail-under kid needs VGG weights; name the file with --vgg-weights")
        else:
            report.say("KID is left out; it needs VGG weights: --vgg-weights FILE")
    yield measures.against_input()


def _liked(request: Request, kinds: Sequence[Kind], kept: Kept, max_pixels: int, report: Report) -> Mapping[str, Rows]:
    """What the set of liked photos is compared by."""
    from ...evaluation.judging import judge
    from ...evaluation.methods import INPUT
    from ...evaluation.pairs import Source
    from ...evaluation.table import Thinned

    by_set = [kind for kind in kinds if not kind.names]
    sources = [Source(str(path), path) for path in photos_in(request.liked)]
    rows = {kind.name: Thinned() for kind in by_set}
    found = 0
    with report.bar(len(sources), "photos") as advance:
        for finding in judge(sources, [INPUT], by_set, kept, max_pixels):
            advance(finding.source.path.name)
            if finding.problem is not None:
                report.complain(f"{finding.problem}")
                continue
            found += 1
            for kind, row in finding.rows.items():
                rows[kind].add(row)
    if not found:
        raise NoInputError(f"{request.liked[0]}: no liked photo that can be read")
    return {kind: of_set.rows() for kind, of_set in rows.items()}


def _keepers(request: Request, comparison: Comparison) -> Iterator[Keeper]:
    """Whatever might be in their way is found before there is work."""
    names = [subject.name for subject in comparison.subjects]
    sources = comparison.paired.sources
    if request.html is not None:
        from .page import Page

        reference = REFERENCE if request.reference is not None else None
        yield Page(request.html, names, reference, _judged(comparison), comparison.max_pixels)
    if request.study is not None:
        from .study import Study

        yield Study(request.study, names, len(sources))
    if request.csv is not None:
        yield eval_table.Csv(request.csv, [name for kind in comparison.kinds for name in kind.names])


def _judged(comparison: Comparison) -> list[str]:
    """Names of what is judged; the others are what it is compared with."""
    from ...evaluation.methods import BASELINES

    return [subject.name for subject in comparison.subjects if subject not in BASELINES]


def _styles(comparison: Comparison) -> dict[str, Style]:
    from ...evaluation.methods import Styled

    return {subject.name: subject.enhancer.style for subject in comparison.subjects if isinstance(subject, Styled)}


def _watched(findings: Iterator[Finding], comparison: Comparison, report: Report) -> Generator[Finding, None, None]:
    """The findings, with a bar."""
    current: Source | None = None
    with report.bar(len(comparison.paired.sources), "photos") as advance:
        for finding in findings:
            if current is not None and current != finding.source:
                advance(current.path.name)
            current = finding.source
            yield finding
