"""What a comparison consists of: photos, methods and measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, UsageError
from ...jobs.inputs import photos_in
from ..shared import vgg
from ..shared.output import Report, counted
from .request import EvalRequest

if TYPE_CHECKING:
    from ...evaluation.distances import Rows
    from ...evaluation.measurement_cache import Kept
    from ...evaluation.measures import Kind
    from ...evaluation.methods import Subject
    from ...evaluation.pairs import Paired, Source
    from ...styles.file import Style

REFERENCE = "reference"
"""The name of the finished versions, which no method may have."""


@dataclass(frozen=True)
class Comparison:
    """Photos, the methods compared on them, and what is measured.

    liked: features of the liked photos, by kind, one row per photo; None without --liked. max_pixels: larger photos
    are refused.
    """

    paired: Paired
    methods: Sequence[Subject]
    kinds: Sequence[Kind]
    liked: Mapping[str, Rows] | None
    max_pixels: int

    @property
    def names(self) -> list[str]:
        """All methods by name, the input first."""
        return [method.name for method in self.methods]

    @property
    def evaluated(self) -> list[str]:
        """The styles and results by name; the other methods are there for comparison."""
        from ...evaluation.methods import BASELINES

        return [method.name for method in self.methods if method not in BASELINES]

    @property
    def styles(self) -> dict[str, Style]:
        """The styles among the methods, by the method's name."""
        from ...evaluation.methods import Styled

        return {method.name: method.enhancer.style for method in self.methods if isinstance(method, Styled)}


def prepare(request: EvalRequest, paired: Paired, cache: Kept, report: Report) -> Comparison:
    """Load styles and weights and measure the liked photos.

    Raises UsageError, StyleError, DeviceError, and NoInputError for results or liked photos that cannot be used.
    """
    from ...photo.reading import MAX_PIXELS

    max_pixels = request.max_pixels or MAX_PIXELS
    methods = list(_load_methods(request, paired.sources, report))
    kinds = list(_choose_measures(request, report))
    liked = _measure_liked(request, kinds, cache, max_pixels, report) if request.liked else None
    return Comparison(paired, methods, kinds, liked, max_pixels)


def _load_methods(request: EvalRequest, sources: Sequence[Source], report: Report) -> Iterator[Subject]:
    """Load the methods: the input, the baselines, then styles and results."""
    from ...enhancement.devices import describe
    from ...enhancement.enhancer import Enhancer
    from ...evaluation.methods import BASELINES, INPUT, Results, Styled
    from ...evaluation.pairs import Partners

    taken = {REFERENCE, *(method.name for method in BASELINES)}
    yield from BASELINES if request.baselines else (INPUT,)
    device = ""
    for name in request.styles:
        enhancer = Enhancer(name, device=request.device, strength=request.strength)
        device = describe(enhancer.device)
        title = enhancer.style.name if enhancer.style.name not in taken else Path(name).name
        yield Styled(_take(title, taken), enhancer)
    for name, folder in request.results.items():
        partners = Partners(folder, sources)
        missing = sum(partners.of(source) is None for source in sources)
        if missing == len(sources):
            raise NoInputError(f"{folder}: no file here has the name of a photo; results are matched by name")
        if missing:
            report.say(f"{name}: no result for {counted(missing, 'photo')}")
        yield Results(_take(name, taken), partners)
    report.say(f"Evaluating {counted(len(sources), 'photo')}" + (f" on {device}" if device else ""))


def _take(name: str, taken: set[str]) -> str:
    """Add a name to those taken and return it. Raises UsageError if it is taken already."""
    if name in taken:
        raise UsageError(f"two methods are called {name!r}; give one of them another name")
    taken.add(name)
    return name


def _choose_measures(request: EvalRequest, report: Report) -> Iterator[Kind]:
    """Choose what can be measured with the folders and weights there are."""
    from ...evaluation import measures
    from ...evaluation.nima import cached_file, load_nima
    from ...losses.features import load_features

    if request.reference is not None:
        yield measures.against_reference()
    nima = request.nima or cached_file()
    if nima is not None:
        yield measures.scored(load_nima(nima), nima)
    elif "nima" in request.bounds:
        raise UsageError("--fail-under nima: NIMA needs its weights; name the file with --nima")
    if request.liked:
        yield measures.toned()
        weights = vgg.find(request.vgg)
        if weights is not None:
            yield measures.seen(load_features(weights), weights)
        elif "kid" in request.bounds:
            raise UsageError("--fail-under kid: KID needs VGG weights; name the file with --vgg-weights")
        else:
            report.say("KID: skipped, it needs VGG weights; name the file with --vgg-weights")
    yield measures.against_input()


def _measure_liked(
    request: EvalRequest, kinds: Sequence[Kind], cache: Kept, max_pixels: int, report: Report
) -> Mapping[str, Rows]:
    """Measure the liked photos by the kinds that compare sets of photos: one row per photo, by kind."""
    from ...evaluation.judging import judge
    from ...evaluation.methods import INPUT
    from ...evaluation.pairs import Source
    from ...evaluation.table import Thinned

    by_set = [kind for kind in kinds if not kind.names]
    sources = [Source(str(path), path) for path in photos_in(request.liked)]
    rows = {kind.name: Thinned() for kind in by_set}
    readable = 0
    with report.bar(len(sources), "photos") as advance:
        for measurement in judge(sources, [INPUT], by_set, cache, max_pixels):
            advance(measurement.source.path.name)
            if measurement.problem is not None:
                report.complain(f"{measurement.problem}")
                continue
            readable += 1
            for kind, row in measurement.rows.items():
                rows[kind].add(row)
    if not readable:
        raise NoInputError(f"{request.liked[0]}: none of the liked photos can be read")
    return {kind: of_set.rows() for kind, of_set in rows.items()}
